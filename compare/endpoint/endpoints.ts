/** Names the endpoint of a request: its method and path template, given or learnt. */
import {
  currentTemplate,
  DEFAULT_LEARNING_LIMITS,
  type LearnedPaths,
  type LearningLimits,
  learnPath,
  newLearnedPaths,
} from './learned-paths.ts';
import { templatesOfOpenApi } from './open-api.ts';
import { compileTemplates, pathSegments, type Templates } from './template.ts';

/** All state there is; one for each mirror. */
export interface Endpoints {
  readonly templates: Templates;
  readonly learned: LearnedPaths;
}

export interface EndpointOptions {
  /** `/api/orders/{id}`, or with a method before it. If not specified, all are learnt. */
  readonly templates?: readonly string[];
  /** A parsed OpenAPI document whose paths are templates too; what `templates` says comes before it. */
  readonly openApi?: unknown;
  readonly limits?: LearningLimits;
}

export function newEndpoints(options: EndpointOptions = {}): Endpoints {
  const { templates = [], openApi, limits = DEFAULT_LEARNING_LIMITS } = options;
  return {
    templates: compileTemplates([...templates, ...templatesOfOpenApi(openApi)]),
    learned: newLearnedPaths(limits),
  };
}

export interface EndpointFound {
  /** `GET /api/orders/{id}` */
  readonly endpoint: string;
  /** Endpoints named earlier may have become one: ask `currentEndpoint` for each that is stored. */
  readonly renamed: boolean;
}

/** @param path As requested; its query does not count. */
export function endpointOf(endpoints: Endpoints, method: string, path: string): EndpointFound {
  const segments = pathSegments(path);
  const verb = method.toUpperCase();
  const given = endpoints.templates.match(verb, segments);
  if (given !== undefined) return { endpoint: `${verb} ${given}`, renamed: false };
  const { template, folded } = learnPath(endpoints.learned, segments);
  return { endpoint: `${verb} ${template}`, renamed: folded };
}

/** The name that an endpoint named earlier has now. */
export function currentEndpoint(endpoints: Endpoints, endpoint: string): string {
  const at = endpoint.indexOf(' ');
  const verb = endpoint.slice(0, at);
  const path = endpoint.slice(at + 1);
  if (endpoints.templates.match(verb, pathSegments(path)) !== undefined) return endpoint;
  return `${verb} ${currentTemplate(endpoints.learned, path)}`;
}
