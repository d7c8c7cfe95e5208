/** Certificates of the listeners. */
export { followTlsFiles, readTlsFiles, type ServerTlsFiles, type TlsFiles } from './tls-files.ts';
