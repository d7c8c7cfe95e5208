/** The HTTP API as a script would use it. */
import { httpJson } from './http-json.ts';

export class ApiClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** @param wait such as `5s`: holds the answer until every Envoy has the change. */
  patchMirror(name: string, change: object, wait?: string): Promise<Record<string, unknown>> {
    return this.#call('PATCH', `/mirrors/${name}`, wait, change);
  }

  deleteMirror(name: string, wait?: string): Promise<Record<string, unknown>> {
    return this.#call('DELETE', `/mirrors/${name}`, wait);
  }

  pause(name: string, wait?: string): Promise<Record<string, unknown>> {
    return this.#call('POST', `/mirrors/${name}/pause`, wait);
  }

  resume(name: string, wait?: string): Promise<Record<string, unknown>> {
    return this.#call('POST', `/mirrors/${name}/resume`, wait);
  }

  post(path: string, body: object): Promise<Record<string, unknown>> {
    return this.#call('POST', path, undefined, body);
  }

  get(path: string): Promise<Record<string, unknown>> {
    return this.#call('GET', path, undefined);
  }

  #call(method: string, path: string, wait: string | undefined, body?: object): Promise<Record<string, unknown>> {
    return httpJson(method, `${this.url}/api/v1${path}${wait === undefined ? '' : `?wait=${wait}`}`, body);
  }
}
