/** One plugin class for both roles; the configuration says which role a plugin has. */
import {
  BufferType,
  getBuffer,
  LogLevel,
  log,
  RootContext,
  StreamContext,
  View,
} from '../proxy-wasm/assembly/index';
import { Field, Problem } from './config/reader';
import { JsonParser } from './json/parse';
import { PrimaryRole } from './primary';
import { Role } from './role';
import { ShadowRole } from './shadow';

const NO_ROLE = new Role();

const MAX_CONFIGURATION_BYTES: u32 = 4 * 1024 * 1024;

export class Plugin extends RootContext {
  private role: Role = NO_ROLE;

  onConfigure(size: u32): bool {
    const problem = new Problem();
    const role = readRole(this.contextId, size, problem);
    if (problem.found) {
      role.release();
      log(LogLevel.Error, `shadowplane: this configuration cannot be used: ${problem.message}`);
      return false;
    }
    this.role.release();
    this.role = role;
    role.start();
    return true;
  }

  onTick(): void {
    this.role.onTick();
  }

  onHttpCallResponse(token: u32, headerCount: u32, bodySize: u32, trailerCount: u32): void {
    this.role.onHttpCallResponse(token);
  }

  createStream(contextId: u32): StreamContext | null {
    return this.role.createStream();
  }

  onDelete(): void {
    this.role.release();
  }
}

function readRole(rootId: u32, size: u32, problem: Problem): Role {
  const source = new View();
  if (size > MAX_CONFIGURATION_BYTES) {
    problem.report('', `it is longer than ${MAX_CONFIGURATION_BYTES.toString()} bytes`);
    return NO_ROLE;
  }
  if (!getBuffer(BufferType.PluginConfiguration, 0, size, source) || source.length == 0) {
    problem.report('', 'it is empty; give the JSON text as google.protobuf.StringValue');
    return NO_ROLE;
  }
  const parser = new JsonParser(source);
  const document = parser.value;
  if (document === null) {
    problem.report('', `it is not JSON: ${parser.problem}`);
    return NO_ROLE;
  }
  const configuration = new Field(document, '', problem);
  const name = configuration.get('role').text().toString();
  if (name == 'primary') return new PrimaryRole(configuration, rootId);
  if (name == 'shadow') return new ShadowRole(configuration, rootId);
  configuration.get('role').fail('must be primary or shadow');
  return NO_ROLE;
}
