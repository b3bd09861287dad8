import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

/** Whether a command is installed; a line says so where it is not. */
export function hasTool(name: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
  if (!found) console.log(`${name} is not installed: archives made by it are left out.`);
  return found;
}

const has = { zip: hasTool('zip'), tar: hasTool('tar'), '7z': hasTool('7z'), python3: hasTool('python3') };

/** Python's zipfile: files compressed, no entries for folders, sizes in front of each file. */
const pythonZip = `
import pathlib, sys, zipfile
target, root, force64 = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3] == 'zip64'
with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(root.rglob('*')):
        if path.is_file():
            with archive.open(str(path.relative_to(root)), 'w', force_zip64=force64) as entry:
                entry.write(path.read_bytes())
`;

/** As the Finder of macOS packs: a shadow of every file below \`__MACOSX\`, and \`.DS_Store\`. */
const macZip = `
import pathlib, sys, zipfile
target, root = sys.argv[1], pathlib.Path(sys.argv[2])
with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(root.rglob('*')):
        name = str(path.relative_to(root))
        if path.is_file():
            archive.write(path, name)
            parent = str(pathlib.PurePosixPath(name).parent)
            archive.writestr(f'__MACOSX/{parent}/._{path.name}', b'\\0\\5\\26\\7' + bytes(200))
        else:
            archive.writestr(f'{name}/.DS_Store', b'\\0\\0\\0\\1Bud1')
`;

export interface ArchiveMaker {
  readonly title: string;
  /** File name of the archive. */
  readonly name: string;
  readonly isAvailable: boolean;
  /** Packs what is in a folder, the folder itself left out. */
  readonly make: (target: string, folder: string) => void;
}

function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: 'pipe' });
}

/** Every way of packing that people's archives come from, as far as this machine has the tools. */
export const archiveMakers: readonly ArchiveMaker[] = [
  {
    title: 'zip',
    name: 'pets.zip',
    isAvailable: has.zip,
    make: (target, folder) => run('zip', ['-q', '-r', target, '.'], folder),
  },
  {
    title: 'zip, written to a pipe, with sizes behind the files',
    name: 'pets.zip',
    isAvailable: has.zip,
    make: (target, folder) => run('sh', ['-c', `zip -q -r - . | cat > '${target}'`], folder),
  },
  {
    title: 'tar',
    name: 'pets.tar',
    isAvailable: has.tar,
    make: (target, folder) => run('tar', ['-cf', target, ...readdirSync(folder)], folder),
  },
  {
    title: 'tar, pax form',
    name: 'pets.tar',
    isAvailable: has.tar,
    make: (target, folder) => run('tar', ['-c', '--format=pax', '-f', target, '.'], folder),
  },
  {
    title: 'tar with gzip',
    name: 'pets.tar.gz',
    isAvailable: has.tar,
    make: (target, folder) => run('tar', ['-czf', target, '.'], folder),
  },
  {
    title: '7z, as a ZIP',
    name: 'pets.zip',
    isAvailable: has['7z'],
    make: (target, folder) => run('7z', ['a', '-tzip', target, '.'], folder),
  },
  {
    title: 'Python’s zipfile',
    name: 'pets.zip',
    isAvailable: has.python3,
    make: (target, folder) => run('python3', ['-c', pythonZip, target, folder, 'plain'], folder),
  },
  {
    title: 'Python’s zipfile with Zip64 fields',
    name: 'pets.zip',
    isAvailable: has.python3,
    make: (target, folder) => run('python3', ['-c', pythonZip, target, folder, 'zip64'], folder),
  },
  {
    title: 'macOS’ Finder (its form, written by Python)',
    name: 'pets.zip',
    isAvailable: has.python3,
    make: (target, folder) => run('python3', ['-c', macZip, target, folder], folder),
  },
];

/** A maker by its title, or null where this machine lacks the tool. */
export function findMaker(title: string): ArchiveMaker | null {
  return archiveMakers.find((maker) => maker.title === title && maker.isAvailable) ?? null;
}
