import './styles/page.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { followLinks, listen } from './state/index.ts';

followLinks();
void listen();
render(<App />, document.getElementById('page')!);
