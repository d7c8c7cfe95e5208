import Type from 'typebox';
import { closed, formatted, list, text } from './parts.ts';

export const subject = {
  header: Type.Optional(formatted('header-name', 'The value of this request header.')),
  cookie: Type.Optional(text('The value of this cookie.', { minLength: 1 })),
  query: Type.Optional(text('The value of this query parameter.', { minLength: 1 })),
};

/** Refers to itself, so its type is written out. Exactly one subject with one test, or one of any, all, not, cel. */
export interface ConditionDocument {
  header?: string;
  cookie?: string;
  query?: string;
  path?: true;
  method?: true;
  equals?: string;
  prefix?: string;
  suffix?: string;
  contains?: string;
  oneOf?: string[];
  present?: boolean;
  any?: ConditionDocument[];
  all?: ConditionDocument[];
  not?: ConditionDocument;
  cel?: string;
}

export const ConditionRef = Type.Unsafe<ConditionDocument>({ $ref: '#/$defs/Condition' });

export const ConditionSchema = Type.Object(
  {
    ...subject,
    path: Type.Optional(Type.Literal(true, { description: 'The path without its query.' })),
    method: Type.Optional(Type.Literal(true, { description: 'The request method.' })),
    equals: Type.Optional(text('The value is exactly this.')),
    prefix: Type.Optional(text('The value begins with this.', { minLength: 1 })),
    suffix: Type.Optional(text('The value ends with this.', { minLength: 1 })),
    contains: Type.Optional(text('The value contains this.', { minLength: 1 })),
    oneOf: Type.Optional(list(text('One of the values.'), 'The value is one of these.', { minItems: 1 })),
    present: Type.Optional(Type.Boolean({ description: 'The value is there at all (true) or is missing (false).' })),
    any: Type.Optional(list(ConditionRef, 'At least one of these holds.', { minItems: 1 })),
    all: Type.Optional(list(ConditionRef, 'All of these hold.', { minItems: 1 })),
    not: Type.Optional(ConditionRef),
    cel: Type.Optional(text('An expression in CEL that Envoy evaluates; an evaluation error is no match.')),
  },
  {
    ...closed,
    description: 'One of header, cookie, query, path, method with one test; or any, all, not; or cel.',
  },
);
