import type { Logger } from 'pino';

const ROOM: string = '../../xds-server/index.ts';
export interface ControlPlane {
  readonly xdsAddress: string;
  readonly apiAddress: string;
  close(): Promise<void>;
}
export interface ControlPlaneOptions {
  readonly policyFile?: string;
  readonly dataDir: string;
  readonly xdsListen: string;
  readonly apiListen: string;
  readonly filterWasmPath: string;
  readonly logger: Logger;
  readonly listen?: string;
}
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const room = (await import(ROOM)) as { startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> };
  return room.startControlPlane(options);
}
