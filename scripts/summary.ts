/** `npm run summary -- --input 1,3,244,244 --classes 2 [--unfreeze none|block5|all|N]`: the model as torchinfo 1.8 prints it. */
import { parseArgs } from 'node:util';
import { HeadstartError } from '../src/domain/errors';
import { modelSummary, parseClasses, parseInputShape, parseUnfreeze } from '../src/domain/summary';

const usage = `Prints the table that torchinfo 1.8 prints for VGG-16 with a new head.

  npm run summary -- [--input 1,3,224,224] [--classes 2] [--unfreeze none|block5|all|N]

  --input     batch,channels,height,width of the pictures (1,3,224,224; the note has 1,3,244,244)
  --classes   number of classes (2)
  --unfreeze  what is trained besides the head: none, block5 (the last three convolutions), all,
              or the last N convolutions, 0 to 13 (none)
  --help      this text`;

function main(): number {
  try {
    const { values } = parseArgs({
      options: {
        input: { type: 'string', default: '1,3,224,224' },
        classes: { type: 'string', default: '2' },
        unfreeze: { type: 'string', default: 'none' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    console.log(
      values.help
        ? usage
        : modelSummary({
            input: parseInputShape(values.input),
            classes: parseClasses(values.classes),
            unfrozenConvs: parseUnfreeze(values.unfreeze),
          }),
    );
    return 0;
  } catch (error) {
    const isWrongOption = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    if (!isWrongOption && !(error instanceof HeadstartError)) throw error;
    // parseArgs adds advice on dashes after its first sentence.
    const [sentence = ''] = error.message.split(/\.\s|\n/);
    console.error(`${sentence.replace(/\.$/, '')}. See npm run summary -- --help.`);
    return 2;
  }
}

process.exitCode = main();
