import { setTimeout as pause } from 'node:timers/promises';
import { ShadowplaneError } from '../../errors/index.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import type { Context } from '../context.ts';
import { createLiveRegion } from '../output/live-region.ts';
import { listenForStop } from '../stack/stop-signals.ts';
import { eventText, renderRollout, rolloutLine } from '../view/render-rollout.ts';
import { isDecided } from '../view/rollout-text.ts';

const INTERVAL_MS = 1_000;

/**
 * Shows a rollout until it is decided or somebody stops it, and returns what was seen last. A control plane that is away for
 * a while is waited for, because a rollout outlives it.
 */
export async function watchRollout(
  ask: () => Promise<RolloutView>,
  context: Context,
  options: { readonly json?: boolean; readonly events: number; readonly intervalMs?: number },
): Promise<RolloutView> {
  const signals = listenForStop();
  const show = options.json
    ? jsonLines(context)
    : context.stdout.isTTY
      ? redrawn(context, options.events)
      : news(context);
  try {
    let view = await ask();
    let isAway = false;
    for (;;) {
      show.view(view);
      if (isDecided(view) || signals.stop.aborted) return view;
      await pause(options.intervalMs ?? INTERVAL_MS, undefined, { signal: signals.stop }).catch(() => {});
      try {
        view = await ask();
        isAway = false;
      } catch (error) {
        if (!(error instanceof ShadowplaneError) || error.code !== 'API_UNREACHABLE') throw error;
        if (!isAway) context.note('the control plane does not answer; what is in force stays');
        isAway = true;
      }
    }
  } finally {
    show.end();
    signals.release();
  }
}

interface Show {
  view(view: RolloutView): void;
  end(): void;
}

function redrawn(context: Context, events: number): Show {
  const region = createLiveRegion(context.stdout);
  return {
    view: (view) => region.draw(renderRollout(view, { style: context.style, width: context.width, events })),
    end: () => region.end(),
  };
}

const NO_EVENT = '';

/** A line when something happened, for logs. */
function news(context: Context): Show {
  let told: string | undefined;
  let line = '';
  return {
    view(view) {
      const now = rolloutLine(view, context.style);
      if (now !== line) context.print(now);
      line = now;
      // The line above has said what came before; from then on every event is told.
      const last = view.events.findLastIndex((event) => JSON.stringify(event) === told);
      const isKnown = last >= 0 || told === NO_EVENT;
      if (isKnown) context.print(...view.events.slice(last + 1).map((event) => `  ${eventText(event)}`));
      told = JSON.stringify(view.events.at(-1)) ?? NO_EVENT;
    },
    end() {},
  };
}

/** An object a line, each time something is different. */
function jsonLines(context: Context): Show {
  let line = '';
  return {
    view(view) {
      const now = JSON.stringify(view);
      if (now !== line) context.stdout.write(`${now}\n`);
      line = now;
    },
    end() {},
  };
}
