/** [places][channels] -> [channels][places]: a feature map as the head wants it, CHW as PyTorch flattens it. */
export function flatten(from: usize, to: usize, places: i32, channels: i32): void {
  const pixel = <usize>channels << 2;
  for (let c: i32 = 0; c < channels; c++) {
    let f = from + (<usize>c << 2);
    for (let p: i32 = 0; p < places; p++) {
      f32.store(to, f32.load(f));
      f += pixel;
      to += 4;
    }
  }
}
