import { AsyncResource } from 'node:async_hooks';
import { ShadowplaneError } from '../../../errors/index.ts';
import { ShadowScope } from '../scope.ts';
import type { ShadowGuard } from '../shadow-guard.ts';
import { type Borrowed, type ClientLike, ShadowConnection } from './shadow-connection.ts';
import { ShadowSession } from './shadow-session.ts';

/** What is needed of a Pool of `pg`, whatever its overloads. */
interface PoolLike {
  connect(...parameters: never[]): unknown;
  query(...parameters: never[]): unknown;
}
type Callback = (error: unknown, ...values: unknown[]) => void;
type Call = (...parameters: unknown[]) => unknown;

export interface GuardPgOptions {
  /** The connection is cut after this long, so that a shadow's locks have an end. Default: 30 s. */
  readonly maxTransactionMs?: number;
  /** How long one transaction of a request waits for another one of the same request. Default: 5 s. */
  readonly maxWaitMs?: number;
}

const DEFAULTS: Required<GuardPgOptions> = Object.freeze({ maxTransactionMs: 30_000, maxWaitMs: 5_000 });

/**
 * Guards a Pool of `pg`, in place, so that every reference to it is guarded. All that one piece of shadow work (a request)
 * asks the database goes over one connection and in one transaction, which is rolled back when the work ends.
 */
export function guardPg<P extends PoolLike>(guard: ShadowGuard, pool: P, options: GuardPgOptions = {}): P {
  const connect = pool.connect.bind(pool) as Call;
  const query = pool.query.bind(pool) as Call;
  const borrow = async (): Promise<Borrowed> => {
    const client = (await connect()) as ClientLike & { release(error?: Error): void };
    // Without a listener, the loss of a connection that is just not in use would end the process.
    const ignore = () => {};
    const emitter = client as unknown as {
      on(event: string, listener: () => void): void;
      off(event: string, listener: () => void): void;
    };
    emitter.on('error', ignore);
    const release = (error?: Error) => {
      emitter.off('error', ignore);
      guard.outside(() => client.release(error));
    };
    return { client, release };
  };
  const sessions = sessionsOf(guard, pool, borrow, options);

  pool.connect = ((callback?: Callback) => {
    // A waiting caller is called back by whoever releases a connection: keep it from running in that request's name.
    if (!guard.isShadow) return connect(...(callback ? [AsyncResource.bind(callback)] : []));
    const client = sessions.open().then(({ connection, session, done }) =>
      connection.exclusively(async (real) =>
        pretend(
          real,
          session,
          () =>
            void session
              .release()
              .finally(done)
              .catch(() => {}),
        ),
      ),
    );
    return hand(
      client,
      callback && ((error, value) => callback(error, value, (value as PooledLike)?.release ?? (() => {}))),
    );
  }) as P['connect'];

  pool.query = ((...parameters: unknown[]) => {
    const { callback, rest } = split(parameters);
    if (!guard.isShadow) return query(...rest, ...(callback ? [AsyncResource.bind(callback)] : []));
    const result = sessions.open().then(async ({ session, done }) => {
      try {
        return await session.query(rest[0], rest[1]);
      } finally {
        await session.release().finally(done);
      }
    });
    return hand(result, callback);
  }) as P['query'];

  guard.cover('postgres');
  return pool;
}

interface OpenSession {
  readonly connection: ShadowConnection;
  readonly session: ShadowSession;
  /** To be called when the session is over: work without an end of its own ends with it. */
  done(): Promise<void>;
}

function sessionsOf(guard: ShadowGuard, owner: object, borrow: () => Promise<Borrowed>, options: GuardPgOptions) {
  const limits = { ...DEFAULTS, ...options };
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) throw new ShadowplaneError('USAGE', `${name} must be more than 0`);
  }
  return {
    async open(): Promise<OpenSession> {
      const current = guard.scope;
      const scope = current && !current.ended ? current : new ShadowScope();
      const connection = scope.resource(owner, () => {
        // Outside: a connection that is made for a shadow request serves others later, and must not remember this one.
        const resource = new ShadowConnection({ borrow: () => guard.outside(borrow), ...limits });
        return { resource, close: () => resource.close() };
      });
      const done = scope === current ? async () => {} : () => scope.end();
      return { connection, session: new ShadowSession(guard, connection), done };
    },
  };
}

interface PooledLike {
  release(): void;
}

/** What looks like a client of the pool and asks through the session. */
function pretend(real: ClientLike, session: ShadowSession, end: () => void): ClientLike & PooledLike {
  let released = false;
  const release = () => {
    if (released) throw new Error('Release called on client which has already been released to the pool.');
    released = true;
    end();
  };
  const query = (...parameters: unknown[]) => {
    const { callback, rest } = split(parameters);
    const late = new ShadowplaneError('SHADOW_REFUSED', 'this client has been released');
    return hand(released ? Promise.reject(late) : session.query(rest[0], rest[1]), callback);
  };
  const own: Record<PropertyKey, unknown> = { query, release, end: async () => release() };
  return new Proxy(real, {
    get: (target, key) => {
      if (Object.hasOwn(own, key)) return own[key];
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }) as ClientLike & PooledLike;
}

function split(parameters: readonly unknown[]): { readonly callback: Callback | undefined; readonly rest: unknown[] } {
  const index = parameters.findIndex((parameter, position) => position > 0 && typeof parameter === 'function');
  if (index < 0) return { callback: undefined, rest: [...parameters] };
  return { callback: parameters[index] as Callback, rest: parameters.slice(0, index) };
}

/** As `pg` answers: by promise, or by callback, whose exceptions are nobody's rejection. */
function hand(result: Promise<unknown>, callback: Callback | undefined): Promise<unknown> | undefined {
  if (!callback) return result;
  result.then(
    (value) => process.nextTick(callback, undefined, value),
    (error) => process.nextTick(callback, error),
  );
  return undefined;
}
