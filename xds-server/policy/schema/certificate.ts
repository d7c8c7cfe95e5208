import Type from 'typebox';
import { closed, file } from './parts.ts';

export const CertificateSchema = Type.Object(
  {
    certificateFile: file('PEM file with the certificate chain, read by Envoy.'),
    privateKeyFile: file('PEM file with the private key, read by Envoy.'),
  },
  closed,
);
