// The desktop door: opens the lab in a window.
import { startApplication } from './electron/application.ts';

startApplication();
