/** Every term of the trade that the page uses, each explained in one sentence. */
export const terms = {
  accuracy: 'The share of pictures whose most probable class is their label.',
  interval:
    'With so few pictures the accuracy is known only roughly: in 95 of 100 such cases the true one lies between these bounds (Wilson).',
  loss: 'How surprised the head is by the true label, on average: 0 for sure and right, 0.69 for a coin toss between two classes.',
  'validation pictures': 'Pictures kept apart from training, to measure how well the head does on what it has not seen.',
  '5-fold accuracy':
    'The pictures are dealt into five parts, and each part is predicted by a head trained on the other four, so that every picture is measured once.',
  'confusion matrix': 'How often pictures of each class were taken for each class; those on the diagonal are right.',
  precision: 'Of the pictures predicted as this class, the share that really are.',
  recall: 'Of the pictures of this class, the share that were found.',
  F1: 'Precision and recall in one number: high only when both are.',
  calibration: 'Whether the head is right as often as it says: of pictures predicted with 80 %, 80 % should be right.',
  'calibration error':
    'How far confidence and accuracy lie apart on average (expected calibration error, 10 bins); 0 is perfect.',
  'ROC curve':
    'For every threshold: the share of the class that is found against the share of the others that is wrongly taken for it.',
  'area under ROC':
    'The chance that a picture of the class gets a higher probability than a picture of the other: 0.5 is guessing.',
  'precision-recall curve': 'For every threshold: how pure what is found is, against how much of the class is found.',
  'average precision': 'The precision averaged over all thresholds, weighted by what each one finds.',
  logits: 'The head’s raw outputs, one a class; the probabilities are made of them.',
  probabilities: 'The logits turned into shares that add up to 100 % (softmax).',
  argmax: 'The number of the class with the largest logit, which is the prediction.',
  evidence:
    'How much each part of the picture speaks for or against a class: the parts and the bias add up to the logit exactly, since the head is linear.',
  bias: 'What a class’s logit is before anything of the picture is counted.',
  similarity:
    'How alike two pictures are to VGG-16, from 0 to 100 %: the cosine between the means of its 512 last channels over each picture.',
  'usual likeness':
    'How alike training pictures are to their own third nearest, those of one burst left out: of new pictures of the same kind about 3 in 100 fall below it.',
  'principal components':
    'The directions in which the pictures’ features differ most; the share tells how much of all differences lies along them.',
  UMAP: 'A layout that keeps pictures beside those most like them; what lies far apart, and which way up it is, means little.',
  'out-of-fold': 'Predicted by a head that was trained without this picture.',
  margin:
    'The probability of the picture’s label minus that of the likeliest other class: far below zero, the label is doubtful.',
} as const;

export type TermName = keyof typeof terms;
