/**
 * Words that browsers, drivers, WebGPU, storage and our own code use of themselves. Whatever else stands in a sentence may be the name of
 * a file, a folder, a class or a person, and nobody can tell: so it is left out, not looked for.
 */
const known = new Set(
  `a about abort aborted absent access adapter after all allocate allocated allocation allowed already an and answer answered answers any
  apply argument arguments array arraybuffer as assertion assignment async at attempt available await backend bad be been before begin
  beyond bigint bind binding bindgroup blob boolean bound bounds break browser buffer buffers but by bytes cache call called callback
  cannot card cast catch channel circular class clone close closed code compile compiled compute computes connection console const
  constant construct constructor context continue convert convolution convolutions could count cpu create created cross crossorigin cut
  data database deadlock decode decoded defined delete dependency destroyed destructure detached device did different dimension
  dimensions disconnected dispatch disposed does dom done driver due dynamic each element empty encode encoder end ended engine entry
  enough epoch error errors event exceed exceeded exceeds exception exclusive execute executing exist exists expected extract failed
  failure feature features fetch field fewer file files filesystem filter find finish finite first float float16 float32 folder for
  found frame from full function gave get gives global gone gpu gradient gradients graphics greater group had handle has have head height
  here host http id idb if illegal image import in index indexeddb infinite infinity initialize initialized inner input instance
  instantiate int integer internal into invalid is isolated it item iterable iterator its jpeg js json kernel kernels key keys label
  large larger last layer layout left length less level like limit limits lists load loaded loading lock locked locks log logits long
  loss lost map match max maximum may memory message method min minimum missing module more most must name names nan navigator negative
  network neither never new next no none nor not nothing null number numbers object of off offset on once one only open opened operation
  option or origin other out outside own page parameter parameters parse part passed past path pending permission picture pictures
  pipeline pixel pixels png policy pool port post present private process processor promise properties property prototype quota range
  read readable reading record recursion reduce reference refused reject rejected release reload removed render request requested
  required reset resource response result results return rms run running runtime same scope script security segment self send sent
  service set sets shader shape shared should shut signal simd size some source stack stage stalled start started state status step
  stop stopped storage store stored stream string submit success such support supported suspended swiftshader symbol sync syntax task
  tensor tensors terminated test texture than that the their them then there they things this thread threads through thrown timeout to
  token too trained training transaction transfer transferable true try type typed typeerror rangeerror syntaxerror referenceerror
  undefined unable unexpected unhandled uint uint8array uint32array float32array uniform unique unknown unreachable until unusable unused
  upload url use used user using valid validation value values vendor version void vram vulkan wait waiting was wasm webassembly webgpu
  webgl weight weights went were wgsl what when where which while wide width will window with within without word worker workers works
  would write writing written wrong xml you zero zeros right something report`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Numbers of more digits may be parts of names of files: phones number their photos. */
const mostDigits = 3;
const longestDetail = 240;

/** The sentence with `…` in place of every word that is not known and every long number; quotes, slashes and points between such too. */
export function scrubDetail(text: string): string {
  const words = text.slice(0, 2000).split(/\s+/);
  const scrubbed = words.map((word) => {
    const [, before = '', core = '', after = ''] = /^([("“‘']*)(.*?)([)"”’',.:;!?]*)$/su.exec(word) ?? [];
    if (core === '') return '';
    const isKnown = known.has(core.toLowerCase()) || new RegExp(`^\\d{1,${String(mostDigits)}}(\\.\\d{1,2})?%?$`).test(core);
    return isKnown ? `${before}${core}${after}` : `…${/[,.:;!?]$/.exec(after)?.[0] ?? ''}`;
  });
  const joined = scrubbed
    .filter((word) => word !== '')
    .join(' ')
    .replace(/…(?:[,.:;!?]? …)+/g, '…');
  return joined.length <= longestDetail ? joined : `${joined.slice(0, longestDetail)}…`;
}
