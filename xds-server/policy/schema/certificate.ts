import Type from 'typebox';
import { closed, file, name } from './parts.ts';

export const CertificateSchema = Type.Object(
  {
    certificateFile: Type.Optional(
      file('PEM file with the certificate chain, on the machine of Envoy, which reads it.'),
    ),
    privateKeyFile: Type.Optional(file('PEM file with the private key, likewise.')),
    secret: Type.Optional(name('In place of both: a folder of --secrets that has tls.crt and tls.key.')),
  },
  closed,
);
