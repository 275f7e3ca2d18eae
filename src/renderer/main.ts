// The page's door: connects to the lab and puts the application into the document.
import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { connectLab } from './lab.ts';
import { adoptColours } from './theme.ts';

adoptColours();
mount(App, { target: document.getElementById('app')!, props: { lab: connectLab() } });
