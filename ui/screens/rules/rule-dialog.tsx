/** Making a rule: what it says, what it would hide, and only then the button that makes it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, pathOf, type RuleMadeView, sendJson } from '../../api/index.ts';
import { Dialog } from '../../parts/index.ts';
import { tellChanged } from '../../state/index.ts';
import { EFFECTS, type Effect, FORMATS, type RuleDraft, toInput } from './rule-draft.ts';
import { RuleMade } from './rule-made.tsx';
import { PreviewView, usePreview } from './rule-preview.tsx';

export interface RuleDialogProps {
  readonly mirror: string;
  readonly initial: RuleDraft;
  /** Endpoints to choose from. */
  readonly endpoints: readonly string[];
  readonly onClose: () => void;
}

export function RuleDialog({ mirror, initial, endpoints, onClose }: RuleDialogProps) {
  const [made, setMade] = useState<RuleMadeView>();
  return (
    <Dialog title={made ? 'The rule holds' : 'A rule'} onClose={onClose}>
      {made ? (
        <RuleMade mirror={mirror} rule={made} onClose={onClose} />
      ) : (
        <RuleForm mirror={mirror} initial={initial} endpoints={endpoints} onMade={setMade} onCancel={onClose} />
      )}
    </Dialog>
  );
}

interface RuleFormProps extends Omit<RuleDialogProps, 'onClose'> {
  readonly onMade: (rule: RuleMadeView) => void;
  readonly onCancel: () => void;
}

function RuleForm({ mirror, initial, endpoints, onMade, onCancel }: RuleFormProps) {
  const [draft, setDraft] = useState(initial);
  const [author, setAuthor] = useState(rememberedAuthor);
  const [refusal, setRefusal] = useState<ApiError>();
  const [isSending, setIsSending] = useState(false);
  const previewed = usePreview(mirror, draft);
  const isPathGiven = initial.path !== '/';
  const change = (part: Partial<RuleDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const problemOf = (path: string): string | undefined =>
    [...(refusal?.errors ?? []), ...(previewed.error?.errors ?? [])].find((problem) => problem.path === path)?.message;

  const onSubmit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setIsSending(true);
    setRefusal(undefined);
    try {
      localStorage.setItem(AUTHOR_KEY, author);
      const path = pathOf(['mirrors', mirror, 'rules']);
      onMade(await sendJson<RuleMadeView>('POST', path, toInput(draft), author || 'page'));
      tellChanged('rules');
    } catch (error) {
      setRefusal(error instanceof ApiError ? error : new ApiError(String(error), 'UNKNOWN', 0));
      setIsSending(false);
    }
  };

  return (
    <form class="rule-form" onSubmit={onSubmit}>
      <Field label="effect" hint={EFFECTS[draft.effect][1]} problem={problemOf('effect')}>
        <select
          value={draft.effect}
          onChange={({ currentTarget }) => change({ effect: currentTarget.value as Effect })}
        >
          {Object.entries(EFFECTS).map(([effect, [name]]) => (
            <option key={effect} value={effect}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Field
        label="path"
        hint="/items/*/price, :status or header:NAME; empty is the whole body"
        problem={problemOf('path')}
      >
        <input
          type="text"
          class="mono"
          spellcheck={false}
          data-first={isPathGiven ? undefined : ''}
          value={draft.path}
          onInput={({ currentTarget }) => change({ path: currentTarget.value })}
        />
      </Field>
      <Field label="endpoint" problem={problemOf('endpoint')}>
        <select value={draft.endpoint} onChange={({ currentTarget }) => change({ endpoint: currentTarget.value })}>
          <option value="">all endpoints</option>
          {[...new Set([...endpoints, ...(initial.endpoint ? [initial.endpoint] : [])])].sort().map((endpoint) => (
            <option key={endpoint} value={endpoint}>
              {endpoint}
            </option>
          ))}
        </select>
      </Field>
      <EffectFields draft={draft} change={change} problemOf={problemOf} />
      <PreviewView previewed={previewed} />
      {draft.effect !== 'ignore' && (
        <p class="note">It counts for pairs that are compared from now on; what was counted before stays.</p>
      )}
      <Field label="reason" hint="why this is harmless, for whoever finds the rule later" problem={problemOf('reason')}>
        <input
          type="text"
          required
          data-first={isPathGiven ? '' : undefined}
          value={draft.reason}
          onInput={({ currentTarget }) => change({ reason: currentTarget.value })}
        />
      </Field>
      <Field label="holds until" hint="empty: until somebody deletes it" problem={problemOf('expiresAt')}>
        <input
          type="date"
          min={new Date(Date.now() + DAY_MS).toISOString().slice(0, 10)}
          value={draft.expiresOn}
          onInput={({ currentTarget }) => change({ expiresOn: currentTarget.value })}
        />
      </Field>
      <Field label="author" hint="who others may ask about it" problem={problemOf('x-shadowplane-actor')}>
        <input
          type="text"
          maxLength={100}
          placeholder="page"
          value={author}
          onInput={({ currentTarget }) => setAuthor(currentTarget.value)}
        />
      </Field>
      {refusal && refusal.errors.length === 0 && (
        <p class="form-refusal" role="alert">
          {refusal.message}
        </p>
      )}
      <div class="dialog-actions">
        <button type="submit" class="is-main" disabled={isSending}>
          Apply
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

const AUTHOR_KEY = 'shadowplane.author';
const DAY_MS = 86_400_000;

function rememberedAuthor(): string {
  return localStorage.getItem(AUTHOR_KEY) ?? '';
}

interface EffectFieldsProps {
  readonly draft: RuleDraft;
  readonly change: (part: Partial<RuleDraft>) => void;
  readonly problemOf: (path: string) => string | undefined;
}

function EffectFields({ draft, change, problemOf }: EffectFieldsProps) {
  switch (draft.effect) {
    case 'tolerance':
      return (
        <Field
          label="at most"
          hint="either, or both: then the larger holds"
          problem={problemOf('absolute') ?? problemOf('relative')}
        >
          <span class="pair">
            <input
              type="text"
              inputMode="decimal"
              aria-label="absolute"
              placeholder="0.01"
              value={draft.absolute}
              onInput={({ currentTarget }) => change({ absolute: currentTarget.value })}
            />
            or
            <input
              type="text"
              inputMode="decimal"
              aria-label="percent"
              placeholder="0.5"
              value={draft.relative}
              onInput={({ currentTarget }) => change({ relative: currentTarget.value })}
            />
            %
          </span>
        </Field>
      );
    case 'format':
      return (
        <Field label="form" problem={problemOf('format')}>
          <select value={draft.format} onChange={({ currentTarget }) => change({ format: currentTarget.value })}>
            {FORMATS.map((format) => (
              <option key={format}>{format}</option>
            ))}
          </select>
        </Field>
      );
    case 'keyed':
      return (
        <Field label="key" hint="within an element, such as /sku" problem={problemOf('key')}>
          <input
            type="text"
            class="mono"
            value={draft.key}
            onInput={({ currentTarget }) => change({ key: currentTarget.value })}
          />
        </Field>
      );
    default:
      return null;
  }
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly problem?: string | undefined;
  readonly children: ComponentChildren;
}

function Field({ label, hint, problem, children }: FieldProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children.
    <label class={`form-field${problem === undefined ? '' : ' is-wrong'}`}>
      <span class="form-label">{label}</span>
      {children}
      {(problem ?? hint) && <span class="form-hint">{problem ?? hint}</span>}
    </label>
  );
}
