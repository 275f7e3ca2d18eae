// Cards of what is measured of training as a whole.
import { type MeasureCard, simbalArxiv, simbalPaper, thisLab } from './card.ts';

export const trainingMeasures: readonly MeasureCard[] = [
  {
    key: 'loss',
    name: 'Loss',
    unit: 'nats a token',
    better: 'lower',
    definition: 'The mean cross-entropy of the next token, on the validation tokens of an evaluation.',
    formula: 'L = −(1/N)·Σₙ ln p(yₙ | x₁…xₙ)',
    latex: String.raw`L = -\frac{1}{N} \sum_{n} \ln p(y_n \mid x_1 \ldots x_n)`,
    source: { work: simbalPaper, place: null, arxiv: simbalArxiv },
    caveats: [
      'Balancing terms and the output z-loss are not in it; the total loss of training steps has them.',
      'Its tokens are n sequences spread evenly over the validation split, the same at every evaluation: of the W sequences of T tokens that follow one another in it, those numbered ⌊i·W/n⌋, i from 0. n is rounded up to whole batches, at most those that W fills; all W where they fill none.',
      'Losses of different tokenizers cannot be compared.',
    ],
  },
  {
    key: 'training-loss',
    name: 'Training loss',
    unit: 'nats a token',
    better: 'lower',
    definition:
      'The mean cross-entropy of the next token over the training tokens of a step, before the step changes the parameters.',
    formula: '−(1/(A·B·T))·Σₙ ln p(yₙ | x₁…xₙ), n over the B·T tokens of each of A micro-batches',
    latex: String.raw`-\frac{1}{A\,B\,T} \sum_{n} \ln p(y_n \mid x_1 \ldots x_n)`,
    source: { work: simbalPaper, place: null, arxiv: simbalArxiv },
    caveats: [
      'Every step has another batch, so it scatters; runs of equal data seeds scatter alike.',
      'Balancing terms and the output z-loss are not in it; the total loss has them.',
      'Once batches repeat their text it falls by what is learnt by heart, too; the validation loss does not.',
    ],
  },
  {
    key: 'perplexity',
    name: 'Perplexity',
    unit: null,
    better: 'lower',
    definition: 'The exponential of the validation loss: how many equally likely tokens the model is as unsure as.',
    formula: 'exp(L)',
    latex: 'e^{L}',
    source: { work: simbalPaper, place: null, arxiv: simbalArxiv },
    caveats: ['Means and intervals over seeds are taken of losses where differences are tested: exp bends them.'],
  },
  {
    key: 'speed-up',
    name: 'Speed-up to equal loss',
    unit: 'share of the baseline’s tokens or seconds',
    better: 'lower',
    definition:
      'What a run needs to come down to a loss, as a share of what the baseline needs for it, at every loss that both reach.',
    formula:
      'tokens_faster(ℓ) / tokens_slower(ℓ); the paper’s number is tokens_faster(ℓ) at the slower run’s final loss over all of the slower run’s tokens',
    latex: String.raw`\frac{\mathrm{tokens}_{\mathrm{faster}}(\ell)}{\mathrm{tokens}_{\mathrm{slower}}(\ell)}, \quad \mathrm{tokens}(\ell) = \min \{ t : L(t) \le \ell \}`,
    source: { work: simbalPaper, place: '36% = 1 − 50/78.6', arxiv: simbalArxiv },
    caveats: [
      'Raw evaluations are read as their running minimum, joined by straight lines; the luckiest dip counts.',
      'Smoothed, they are the nearest falling curve (isotonic regression).',
      'Where a run never reaches the loss, it is “not reached”; no mean is told then.',
      'The paper’s number counts all of the slower run’s tokens even where its loss was lower before; over seeds it is the mean over pairs, each at the final loss of its own slower run.',
      'A learning rate that decays ties a loss to the length of the schedule: only runs of equal schedules compare.',
    ],
  },
  {
    key: 'tokens-per-second',
    name: 'Training speed',
    unit: 'tokens/s',
    better: 'higher',
    definition: 'Training tokens a second, evaluations, checkpoints and pauses not counted.',
    formula: 'B·T·(micro-batches) / seconds of the step',
    latex: String.raw`\frac{B\,T\,A}{\Delta t}`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: ['Other programs on the machine slow it; runs that trained side by side shared its cores.'],
  },
];
