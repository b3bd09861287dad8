const [groups, threads, turns, sums, unrolled] = [4096, 64, 64, 8, 4];

const code = `
@group(0) @binding(0) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(${threads})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = f32(id.x) * 1e-9;
  let y = 1f - x;
  ${Array.from({ length: sums }, (_, i) => `var c${i} = vec4f(${i}) * x;`).join(' ')}
  for (var turn = 0u; turn < ${turns}u; turn++) {
    ${Array.from({ length: sums * unrolled }, (_, i) => `c${i % sums} = fma(c${i % sums}, vec4f(y), vec4f(x));`).join('\n    ')}
  }
  output[id.x % 64u] = dot(${Array.from({ length: sums }, (_, i) => `c${i}`).join(' + ')}, vec4f(1));
}`;

/** Most GFLOP/s of float32 multiplications and additions in registers, over half a second or ten tries. */
export async function measurePeak(device: GPUDevice): Promise<number> {
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  const buffer = device.createBuffer({ size: 256, usage: 0x80 });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const run = async (count: number) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(count);
    pass.end();
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - started;
  };
  let count = 32;
  while (count < groups && (await run(count)) < 10) count *= 2;
  let most = 0;
  for (let attempt = 0; attempt < 10; attempt++)
    most = Math.max(most, (2 * 4 * sums * unrolled * turns * threads * count) / (await run(count)) / 1e6);
  buffer.destroy();
  return most;
}
