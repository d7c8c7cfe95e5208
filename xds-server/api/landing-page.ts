import type { StoredPolicy } from '../policy/index.ts';
import type { EnvoyStatus } from './envoy-status.ts';

/** What the page may load: nothing but its own style. */
export const LANDING_PAGE_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Says what runs here and where the API is. No scripts, no requests to anywhere. */
export function landingPage({ revision, document }: StoredPolicy, envoys: readonly EnvoyStatus[]): string {
  const mirrors = Object.entries(document.mirrors ?? {}).map(([name, { match, primary, shadow, sample, paused }]) => {
    const state = paused ? 'paused' : `${sample ?? '0%'} of everyone else`;
    return row([
      link(`/api/v1/mirrors/${name}`, name),
      escapeHtml(match.path),
      escapeHtml(`${primary} → ${shadow}`),
      escapeHtml(state),
    ]);
  });
  const nodes = envoys.map(({ node, version, connectedSince }) => row([node, version, connectedSince].map(escapeHtml)));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shadowplane</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark }
  table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .25rem 1rem .25rem 0 }
  h2 { font-size: 1rem; margin-top: 2rem }
</style>
<h1>Shadowplane</h1>
<p>The control plane runs, at revision ${revision}.</p>
<h2>Mirrors</h2>
${mirrors.length > 0 ? table(['mirror', 'path', 'services', 'sample'], mirrors) : '<p>There are none yet.</p>'}
<h2>Envoys</h2>
${nodes.length > 0 ? table(['node', 'version', 'connected since'], nodes) : '<p>None is connected.</p>'}
<h2>API</h2>
<p>${['config', 'mirrors', 'envoys', 'events', 'openapi.json', 'schema.json']
    .map((path) => link(`/api/v1/${path}`, path))
    .join(' · ')} · ${link('/metrics', 'metrics')}</p>
</html>
`;
}

function table(titles: readonly string[], rows: readonly string[]): string {
  return `<table><tr>${titles.map((title) => `<th>${title}</th>`).join('')}</tr>${rows.join('')}</table>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function link(href: string, text: string): string {
  return `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
