import { useEffect } from 'preact/hooks';
import { type Items, isTokenNeeded, type MirrorView, pathOf } from './api/index.ts';
import { Empty, Ready } from './parts/index.ts';
import { EnvoyPanels } from './screens/envoys/index.ts';
import { SCREEN_VIEWS } from './screens/index.ts';
import { MirrorHead } from './screens/mirror-head.tsx';
import { Mirrors } from './screens/mirrors.tsx';
import { SignIn } from './sign-in.tsx';
import { connection, goTo, hrefTo, place, SCREENS, useApi } from './state/index.ts';

/** Brand, mirror, screens; the screen of the place below. */
export function App() {
  const mirrors = useApi<Items<MirrorView>>(pathOf(['mirrors']), { topics: ['policy'] });
  const { mirror, screen, unknown } = place.value;
  const items = mirrors.data?.items ?? [];
  const current = items.find(({ name }) => name === mirror);
  const only = items.length === 1 ? items[0]!.name : undefined;
  useEffect(() => {
    // One mirror needs no list of mirrors.
    if (mirror === undefined && unknown === undefined && only !== undefined) goTo({ mirror: only }, { replace: true });
  }, [mirror, unknown, only]);
  useEffect(() => {
    const parts = [mirror && SCREEN_VIEWS[screen].title, mirror, 'Shadowplane'];
    document.title = parts.filter(Boolean).join(' · ');
  }, [mirror, screen]);

  const { View } = SCREEN_VIEWS[screen];
  if (isTokenNeeded.value) {
    return (
      <>
        <header class="top">
          <span class="brand">
            <Mark />
            Shadowplane
          </span>
        </header>
        <main id="content">
          <SignIn />
        </main>
      </>
    );
  }
  return (
    <>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <Mark />
          Shadowplane
        </a>
        {items.length > 1 && <MirrorPicker names={items.map(({ name }) => name)} />}
        {current && <MirrorHead mirror={current} />}
        <Connection />
      </header>
      {mirror !== undefined && (
        <nav class="screens" aria-label="Screens">
          {SCREENS.filter((name) => !SCREEN_VIEWS[name].isDetail || name === screen).map((name) => (
            <a key={name} href={hrefTo({ screen: name })} aria-current={name === screen ? 'page' : undefined}>
              {SCREEN_VIEWS[name].title}
            </a>
          ))}
        </nav>
      )}
      <main id="content" tabIndex={-1}>
        {connection.value === 'lost' && (
          <p class="stale" role="alert">
            The control plane does not answer: what stands here is from before. This page goes on by itself as soon as
            it answers again.
          </p>
        )}
        <Ready loaded={mirrors} what="mirrors">
          {() =>
            unknown !== undefined ? (
              <Empty title={`There is nothing at ${unknown}`}>
                <a href="/">All mirrors</a>
              </Empty>
            ) : mirror === undefined ? (
              <>
                <Mirrors mirrors={items} />
                <EnvoyPanels newest={undefined} />
              </>
            ) : current ? (
              <View key={mirror} mirror={current} />
            ) : (
              <Empty title={`There is no mirror ${mirror}`}>
                <a href="/">All mirrors</a>
              </Empty>
            )
          }
        </Ready>
      </main>
    </>
  );
}

function MirrorPicker({ names }: { names: readonly string[] }) {
  const { mirror } = place.value;
  return (
    <label class="field">
      <span class="hidden">Mirror</span>
      <select value={mirror ?? ''} onChange={({ currentTarget: { value } }) => goTo({ mirror: value || undefined })}>
        <option value="">all mirrors</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const CONNECTION_WORDS = { connecting: 'connecting', live: 'live', lost: 'not connected, trying again' } as const;

function Connection() {
  return (
    <span class={`connection is-${connection.value}`} role="status">
      <span class="connection-dot" aria-hidden="true" />
      {CONNECTION_WORDS[connection.value]}
    </span>
  );
}

/** The plane, and the shadow that it casts. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <rect class="mark-shadow" x="8" y="3" width="14" height="12" rx="1" />
      <rect class="mark-plane" x="2" y="8" width="14" height="12" rx="1" />
    </svg>
  );
}
