import { type AnswerView, type MirrorView, pathOf, type SampleView } from '../../api/index.ts';
import { CopyButton, count, milliseconds } from '../../parts/index.ts';
import { useApi } from '../../state/index.ts';
import { type CurlTarget, curlCommand } from './curl.ts';

interface ServiceDocument {
  readonly address?: string;
  readonly addresses?: readonly string[];
  readonly protocol?: string;
  readonly tls?: unknown;
}

interface ConfigAnswer {
  readonly config: { readonly services?: Readonly<Record<string, ServiceDocument>> };
}

const ENDINGS: Readonly<Record<AnswerView['ended'], string>> = {
  complete: '',
  reset: 'the stream was reset',
  timeout: 'out of time',
  cut: 'cut at the byte limit',
};

/** What each service made of it, in numbers. */
export function Arms({ mirror, sample }: { mirror: MirrorView; sample: SampleView }) {
  const config = useApi<ConfigAnswer>(pathOf(['config']), { topics: ['policy'] });
  const { primary, candidate, control } = sample;
  const arms: ReadonlyArray<readonly [name: string, service: string | undefined, answer: AnswerView]> = [
    ['primary', mirror.primary, primary],
    ['candidate', mirror.shadow, candidate],
    ...(control ? ([['control', mirror.control, control]] as const) : []),
  ];
  return (
    <table class="table arms-table">
      <caption class="hidden">Answers by service</caption>
      <thead>
        <tr>
          <th scope="col">answer of</th>
          <th scope="col">status</th>
          <th scope="col" class="is-right">
            headers after
          </th>
          <th scope="col" class="is-right">
            last byte after
          </th>
          <th scope="col" class="is-right">
            body
          </th>
          <th scope="col">
            <span class="hidden">notes</span>
          </th>
          <th scope="col">
            <span class="hidden">copy</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {arms.map(([name, service, answer]) => (
          <tr key={name}>
            <td class="is-whole is-named" data-label="answer of">
              <span>
                <span class={`arm is-${name}`}>{name}</span> <span class="quiet">{service}</span>
              </span>
            </td>
            <td data-label="status">
              {answer.status === primary.status ? (
                answer.status
              ) : (
                <strong class={name === 'candidate' ? 'is-differing' : ''}>{answer.status || 'none'}</strong>
              )}
            </td>
            <td class="is-right" data-label="headers after">
              {milliseconds(answer.headersMs)}
            </td>
            <td class="is-right" data-label="last byte after">
              {milliseconds(answer.lastByteMs)}
            </td>
            <td class="is-right" data-label="body">
              {count(answer.bodyBytes)} B
            </td>
            <td class="quiet is-named" data-label="notes">
              {[
                ENDINGS[answer.ended],
                answer.truncated && 'only its beginning was captured',
                answer.localReply && "Envoy's own answer",
              ]
                .filter(Boolean)
                .join(', ')}
            </td>
            <td class="is-right is-named" data-label="copy">
              <span>
                <CopyButton
                  title={`A command that sends this request to the ${name}, marked as shadow traffic`}
                  textOf={() => curlCommand(sample, mirror.name, targetOf(config.data, service))}
                >
                  Copy as curl
                </CopyButton>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function targetOf(config: ConfigAnswer | undefined, service: string | undefined): CurlTarget {
  const { address, addresses, protocol, tls } = config?.config.services?.[service ?? ''] ?? {};
  return {
    address: address ?? addresses?.[0],
    isHttp2: protocol === 'http2',
    isTls: tls !== undefined && tls !== false,
  };
}
