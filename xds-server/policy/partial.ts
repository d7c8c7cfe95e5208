/** What is left of a document when the parts with the wrong shape are gone: anything may be missing, nothing has a wrong type. */
export type Checked<T> =
  T extends ReadonlyArray<infer Item>
    ? ReadonlyArray<Checked<Item>>
    : T extends object
      ? { readonly [Key in keyof T]?: Checked<T[Key]> | undefined }
      : T;
