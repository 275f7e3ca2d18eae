// The page over a lab that is pretended: ?lab=live and the like.
import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { FakeLab } from './fake-lab.testing.ts';
import type { Scenario } from './fake-scenarios.testing.ts';
import { adoptColours } from './theme.ts';

const parameters = new URLSearchParams(location.search);
const scenario = (parameters.get('lab') ?? 'demo') as Scenario;
const lab = new FakeLab(scenario);
adoptColours();
mount(App, { target: document.getElementById('app')!, props: { lab } });
Object.assign(window, { fake: lab });
if (scenario === 'live') setInterval(() => lab.advance(2), 250);
