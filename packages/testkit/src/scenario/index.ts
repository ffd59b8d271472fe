export { type ScenarioIo, scenarioCommand } from './command.ts';
