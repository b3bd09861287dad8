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
  epoch: 'One pass over all training pictures; after each, the validation pictures are measured.',
  batch: 'The pictures that the head learns from together before its weights are changed once.',
  'learning rate': 'How far each update moves the weights: too small learns slowly, too large never settles.',
  'backbone learning rate': 'The same for the convolutions, which are good already: usually far smaller than the head’s.',
  preset: 'Settings that go together: those measured to work best, or those of the note that this page retraces.',
  optimizer: 'The rule by which weights follow the gradient; Adam adapts its step to each weight, SGD takes the same for all.',
  schedule: 'How the learning rate changes over the run: cosine lets it fall smoothly to zero, so that the end is calm.',
  'weight decay': 'Pulls weights towards zero at every update, so that no single one grows too important.',
  momentum: 'The share of the former step that is kept in the next one, as a ball keeps rolling.',
  'gradient norm': 'The length of all gradients together; a longer one is shortened to this, so that one odd batch does no harm.',
  accumulation: 'How many batches are added up before one update: as good as a larger batch, in less memory.',
  'label smoothing': 'The share of each label that is given to all classes, so that the head does not strive for certainty.',
  'class weights': 'How much a picture counts by its class: balanced lets rare classes weigh as much as common ones.',
  'early stopping': 'Ends the run once validation has not improved for so many epochs, and keeps the best weights.',
  seed: 'The number that chance begins with: the same seed and pictures give the same split, order and first weights.',
  'log interval': 'How many batches pass between two lines of the log.',
  'validation share': 'The part of each class that is kept apart from training, to measure on.',
  'picture limit': 'At most so many pictures of each class take part; which ones, the seed decides.',
  'picture fit': 'How a picture of any shape becomes the square of 224 × 224 pixels that VGG-16 takes.',
  'feature norm': 'Makes all of a picture’s features together equally long, so that bright and plain pictures count alike.',
  augmentation: 'Shows each training picture a little changed in every epoch, so that the head learns what stays the same.',
  unfreeze: 'How many of the last convolutions learn along with the head.',
  'warm-up': 'Epochs in which only the head learns, so that its first wild steps do not spoil the convolutions.',
  features: 'The 25,088 numbers that VGG-16 makes of a picture, which is all that the head sees of it.',
  head: 'The one layer that is trained here: it turns features into one logit a class.',
  frozen: 'Not changed by training: it stays as ImageNet’s pictures made it.',
  'training pictures': 'The pictures that the head learns from.',
  'test pictures': 'Pictures that nothing learns from or is chosen by: their accuracy is the fairest.',
  'kept together':
    'Pictures of one burst or group never lie in two splits: a near copy in training would make validation too easy.',
  'McNemar’s test':
    'Looks only at the pictures on which exactly one of two runs is right, and asks how often a fair coin would share them out so unevenly.',
  probability: 'The share of certainty that the head gives to a class; all classes’ add up to 100 %.',
  parameters: 'The numbers that training can change: the weights and biases of a layer.',
  'multiply-adds': 'How often a number is multiplied by a weight and added up, for one picture: what computing costs.',
  'receptive field': 'The square of the picture that one value of the layer can depend on.',
  margin:
    'The probability of the picture’s label minus that of the likeliest other class: far below zero, the label is doubtful.',
} as const;

export type TermName = keyof typeof terms;
