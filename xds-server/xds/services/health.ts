import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { GrpcService } from '../server/server.ts';
import { XDS_SERVICES } from '../server/service-definitions.ts';

/**
 * `grpc.health.v1.Health`: the server and each of its xDS services serve for as long as it listens, because what clients
 * have got does not depend on it. A client that asks gets no answer once it is closed.
 */
export function healthService(): GrpcService {
  const services = XDS_SERVICES.map(({ name }) => [name, 'SERVING'] as const);
  const health = new HealthImplementation(Object.fromEntries([['', 'SERVING'], ...services]));
  return captured((server) => health.addToServer(server));
}

/** The service that a library adds to a server. */
export function captured(add: (server: never) => void): GrpcService {
  const added: GrpcService[] = [];
  const server = {
    addService: (definition: ServiceDefinition, implementation: UntypedServiceImplementation) =>
      added.push({ definition, implementation }),
  };
  add(server as never);
  return added[0]!;
}
