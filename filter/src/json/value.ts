import { Bytes } from '../../proxy-wasm/assembly/index';

export namespace JsonKind {
  export const Null: i32 = 0;
  export const Boolean: i32 = 1;
  export const Number: i32 = 2;
  export const Text: i32 = 3;
  export const List: i32 = 4;
  export const Object: i32 = 5;
}

const NO_TEXT = Bytes.of('');

/** One value of a JSON document. Which fields mean something follows from `kind`. */
export class JsonValue {
  boolean: bool = false;
  number: f64 = 0;
  /** The number was written without fraction and exponent and is exact. */
  integer: bool = false;
  text: Bytes = NO_TEXT;
  /** Elements of a list, or values of an object in the order of `keys`. */
  readonly items: Array<JsonValue> = [];
  readonly keys: Array<Bytes> = [];

  constructor(readonly kind: i32) {}

  get kindName(): string {
    switch (this.kind) {
      case JsonKind.Null:
        return 'null';
      case JsonKind.Boolean:
        return 'a boolean';
      case JsonKind.Number:
        return 'a number';
      case JsonKind.Text:
        return 'a string';
      case JsonKind.List:
        return 'a list';
      default:
        return 'an object';
    }
  }
}
