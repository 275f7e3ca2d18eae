// Speed-up to equal loss: of two runs, and of pairs over seeds.
export {
  type EqualLoss,
  type EqualLossPoint,
  equalLossAt,
  type LossPoint,
  speedUpCurve,
  speedUpToEqualLoss,
} from './equal-loss.ts';
export { isotonic, type LossReading, lossReadingNames, lossReadings, readLosses } from './isotonic.ts';
export { type SpeedUpOverSeeds, type SpeedUpPair, type SpeedUpPoint, speedUpOverSeeds } from './over-seeds.ts';
