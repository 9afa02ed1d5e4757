export { LiveState } from './live-state.js';
export { Pictures, type AskForPicture } from './pictures.js';
export { browserToken } from './browser-token.js';
export { dashboardRoutes } from './routes.js';
export type { VitalsView } from './live-view.js';
