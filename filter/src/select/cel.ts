import { Bytes, callForeign, Status, View } from '../../proxy-wasm/assembly/index';

const CREATE = Bytes.of('expr_create');
const EVALUATE = Bytes.of('expr_evaluate');
const DELETE = Bytes.of('expr_delete');

const result = new View();

/** An expression that Envoy's own CEL has compiled. The host keeps it under a token until `release`. */
export class CelExpression {
  private constructor(private readonly token: Bytes) {}

  /** Null when Envoy cannot compile it; Envoy's log says why. */
  static compile(source: Bytes): CelExpression | null {
    const status = callForeign(CREATE, source, result);
    if (status != Status.Ok || result.length != 4) return null;
    return new CelExpression(Bytes.copy(result.address, 4));
  }

  /** False also when the expression fails (an absent header) or is not boolean. */
  isTrue(): bool {
    const status = callForeign(EVALUATE, this.token, result);
    return status == Status.Ok && result.length == 1 && load<u8>(result.address) == 1;
  }

  release(): void {
    callForeign(DELETE, this.token, result);
  }
}
