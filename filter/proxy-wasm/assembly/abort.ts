import { proxy_log } from './host/imports';
import { LogLevel } from './host/types';

/**
 * Where the compiler sends failed checks of the standard library (`--use abort=.../abort/abort`); its own `env.abort`
 * does not exist in Envoy. It says why in the log and traps. A trap costs every stream of the VM a 503, so a module is to
 * be written such that this is never reached.
 */
export function abort(message: string | null, fileName: string | null, line: u32, column: u32): void {
  const text = message === null ? 'abort' : message;
  const file = fileName === null ? '?' : fileName;
  const bytes = String.UTF8.encode(`${text} (${file}:${line.toString()}:${column.toString()})`);
  proxy_log(LogLevel.Critical, changetype<usize>(bytes), bytes.byteLength);
  unreachable();
}
