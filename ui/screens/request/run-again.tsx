import { useState } from 'preact/hooks';
import { ApiError, mayChange, pathOf, type RunAgainReport, type SampleView, sendJson } from '../../api/index.ts';
import { milliseconds, plural } from '../../parts/index.ts';
import { conclude } from './conclusion.ts';

const TIMES = 3;
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Sends the request again, straight to the services, to tell behaviour from noise. */
export function RunAgain({ mirror, sample: { id, method } }: { mirror: string; sample: SampleView }) {
  const [report, setReport] = useState<RunAgainReport>();
  const [error, setError] = useState<string>();
  const [isRunning, setIsRunning] = useState(false);
  const isSafe = SAFE_METHODS.includes(method);
  const run = async (): Promise<void> => {
    setIsRunning(true);
    setError(undefined);
    try {
      const path = pathOf(['mirrors', mirror, 'samples', id, 'run-again']);
      setReport(await sendJson<RunAgainReport>('POST', path, { times: TIMES }));
    } catch (caught) {
      setError(caught instanceof ApiError ? caught.message : String(caught));
    }
    setIsRunning(false);
  };
  return (
    <section class="panel flowing">
      <div class="panel-head">
        <h2>Is it deterministic?</h2>
        <p class="quiet">
          {isSafe
            ? `Sends it ${TIMES} times more to every service, past Envoy and marked as shadow traffic.`
            : `${method} may change something, so it is not sent again from here. Copy it as curl and decide yourself.`}
        </p>
        {isSafe && mayChange.value && (
          <button type="button" disabled={isRunning} onClick={() => void run()}>
            {isRunning ? 'Running…' : 'Run again'}
          </button>
        )}
      </div>
      <div aria-live="polite">
        {error !== undefined && <p class="form-refusal">{error}</p>}
        {report && <Report report={report} />}
      </div>
    </section>
  );
}

function Report({ report }: { report: RunAgainReport }) {
  const { tone, title, detail } = conclude(report);
  return (
    <>
      <p class={`conclusion is-${tone}`}>
        <strong>{title}.</strong> {detail}
      </p>
      <table class="table">
        <caption class="hidden">Runs</caption>
        <thead>
          <tr>
            <th scope="col">run</th>
            <th scope="col">primary</th>
            <th scope="col">candidate</th>
            <th scope="col">control</th>
            <th scope="col">candidate differs at</th>
          </tr>
        </thead>
        <tbody>
          {report.runs.map(({ primary, candidate, control, differences }, at) => {
            const paths = [...new Set(differences.map(({ path }) => path || 'body'))];
            return (
              <tr key={at}>
                <td data-label="run">{at + 1}</td>
                {[primary, candidate, control].map((answer, column) => (
                  <td key={column} data-label={['primary', 'candidate', 'control'][column]}>
                    {answer ? (
                      <span>
                        {answer.status || answer.ended} <span class="quiet">{milliseconds(answer.lastByteMs)}</span>
                      </span>
                    ) : (
                      <span class="quiet">none</span>
                    )}
                  </td>
                ))}
                <td data-label="differs at" class="mono value">
                  {paths.length === 0 ? (
                    <span class="quiet">nothing</span>
                  ) : (
                    `${paths.slice(0, 4).join(', ')}${paths.length > 4 ? ` and ${plural(paths.length - 4, 'other')}` : ''}`
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <ul class="notes quiet">
        {report.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </>
  );
}
