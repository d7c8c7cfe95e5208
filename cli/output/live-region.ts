import { fit } from './table.ts';

export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export interface LiveRegion {
  /** Replaces the lines at the bottom of the screen. */
  draw(lines: readonly string[]): void;
  /** Prints a line above them, where it scrolls away as usual. */
  print(line: string): void;
  /** Leaves what was drawn last on the screen and makes the cursor visible again. */
  end(): void;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_DOWN = '\u001b[J';

/**
 * The last lines of a terminal, redrawn in place. They are written in one piece, so nothing flickers, and cut to the
 * terminal's size, because a wrapped or scrolled line could not be found again. The scroll-back stays as it is.
 */
export function createLiveRegion(terminal: Terminal): LiveRegion {
  let shown: readonly string[] = [];
  const back = () => (shown.length > 0 ? `\u001b[${shown.length}F` : '\r');
  const fitted = (lines: readonly string[]) => {
    const rows = Math.max(1, (terminal.rows ?? 24) - 1);
    const columns = Math.max(20, terminal.columns ?? 80);
    return lines.slice(0, rows).map((line) => fit(line, columns - 1));
  };
  const paint = (above: string, lines: readonly string[]) => {
    const text = lines.map((line) => `${line}\n`).join('');
    terminal.write(`${HIDE_CURSOR}${back()}${CLEAR_DOWN}${above}${text}`);
    shown = lines;
  };
  return {
    draw: (lines) => paint('', fitted(lines)),
    print: (line) => (shown.length === 0 ? void terminal.write(`${line}\n`) : paint(`${line}\n`, shown)),
    end() {
      terminal.write(SHOW_CURSOR);
      shown = [];
    },
  };
}
