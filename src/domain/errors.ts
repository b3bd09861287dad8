/**
 * Every failure a person can meet: one code, one plain sentence, and what to do next.
 * `{name}` in a text is filled from the error's parameters. Codes are stable: they appear in exports, logs and tests.
 */
const catalogue = {
  // pictures and labels
  'folder-empty': {
    message: 'There are no files in {name}.',
    remedy: 'Drop a folder that holds one sub-folder of pictures for each class.',
  },
  'no-readable-picture': {
    message: 'None of the {count} files could be read as a picture.',
    remedy: 'Look at the list of skipped files for the reasons, then drop JPEG, PNG, WebP, HEIC or GIF pictures.',
  },
  'no-labels': {
    message: 'The pictures have no labels: no class folders and no names such as cat.0.jpg.',
    remedy: 'Put each class into a folder of its own and drop the folder that holds them.',
  },
  'no-pictures': { message: 'There are no pictures to learn from.', remedy: 'Add pictures of at least two classes.' },
  'one-class': { message: 'There is only one class, “{className}”.', remedy: 'Add pictures of at least one more class.' },
  'class-too-small': {
    message: 'The class “{className}” has {count} picture(s) to learn from; it needs at least 2.',
    remedy: 'Add pictures to this class or remove it.',
  },
  'no-validation-pictures': {
    message: 'No pictures are kept for validation, so accuracy could not be measured.',
    remedy: 'Raise the validation share or add pictures.',
  },
  'class-names-differ-in-case': {
    message: 'The classes “{first}” and “{second}” differ only in upper and lower case.',
    remedy: 'They are kept as two classes; rename one to the other’s name if they mean the same.',
  },
  'many-classes': {
    message: 'There are {count} classes.',
    remedy: 'Nothing to do if that is meant; else choose another way to read the folders.',
  },
  'classes-of-one-picture': {
    message: '{count} class(es) have a single picture: {names}.',
    remedy: 'A class needs at least 2 to learn from. Ignore such folders, or give them to another class.',
  },
  'pattern-invalid': {
    message: 'The pattern cannot be used: {problem}.',
    remedy: 'Write {class} where the class stands, as {class}.{number}.* does.',
  },
  'import-unanswered': {
    message: '{question}',
    remedy: 'Choose the column, or another way to read what you added.',
  },
  'import-nothing-chosen': {
    message: 'Every folder is set to Ignore, so no picture would come in.',
    remedy: 'Give at least one folder a class.',
  },
  // manifests
  'manifest-undecodable': {
    message: '{name} is not a text file that this page can read.',
    remedy: 'Save it as CSV in UTF-8 and add it again.',
  },
  'manifest-malformed': {
    message: '{name} cannot be read as a list of pictures: {problem}.',
    remedy: 'Correct it and add it again, or go on without it.',
  },
  'manifest-columns-unknown': {
    message: 'No column of {name} names the pictures that came with it.',
    remedy: 'Call the column with the files’ names “file” and the one with the labels “label”, or go on without it.',
  },
  'manifest-no-match': {
    message: 'None of the {count} rows of {name} names a picture that came with it.',
    remedy: 'Add the list together with the folder that its names begin in, or go on without it.',
  },
  'manifest-alone': {
    message: '{name} came without pictures.',
    remedy: 'Add the list and the folder with its pictures together.',
  },
  'manifest-missing': {
    message: 'There is no list called {name} that could be used.',
    remedy: 'Look at its name and at the files beside it.',
  },
  'manifest-files-absent': {
    message: '{count} row(s) of the list name files that are not here: {names}.',
    remedy: 'Add those files too, or go on without them.',
  },
  'adding-pictures': {
    message: 'Pictures are still being read.',
    remedy: 'Wait until they are in, or cancel and train with those that are.',
  },
  'add-cancelled': {
    message: 'Adding pictures was cancelled.',
    remedy: 'The pictures read so far are kept; drop the folder again to add the rest.',
  },
  'camera-refused': {
    message: 'The browser did not let this page use the camera.',
    remedy: 'Allow the camera for this page, by the sign beside its address, and try again.',
  },
  'camera-absent': {
    message: 'No camera was found.',
    remedy: 'Connect one and try again.',
  },
  'camera-in-use': {
    message: 'The camera cannot be opened; another program may be using it.',
    remedy: 'Close the other program and try again.',
  },
  'camera-gone': {
    message: 'The camera was disconnected.',
    remedy: 'Connect it and turn it on again; what was recorded is kept.',
  },
  'camera-insecure-address': {
    message: 'At a plain http address a browser gives a page no camera.',
    remedy: 'Open the page at an https address, or at localhost.',
  },
  'clipboard-empty': {
    message: 'The clipboard holds no picture.',
    remedy: 'Copy a picture, not its address or a text, and paste again.',
  },
  'pictures-not-kept': {
    message: 'Some pictures could not be kept on this device, so the project is without them.',
    remedy: 'Add them again to train on them; everything else is kept.',
  },
  'picture-gone': {
    message: 'The picture {name} can no longer be read from disk.',
    remedy: 'It was moved, changed or its permission withdrawn. Add the folder again.',
  },
  'kept-picture-damaged': {
    message: 'The copy of the picture in this browser is damaged or gone.',
    remedy: 'Add the picture again.',
  },
  'pictures-storage-full': {
    message: 'There is no room in this browser to keep {count} of the pictures for the next visit.',
    remedy: 'Training goes on. {advice}',
  },
  'pictures-storage-refused': {
    message: 'This browser does not let the page keep pictures, so they have to be added again on the next visit.',
    remedy: 'Nothing to do: they are here until the tab closes. A window that is not private may keep them.',
  },
  'project-storage-full': {
    message: 'There is no room left to keep the project as it is now.',
    remedy: 'Training goes on. {advice}',
  },
  'sample-unknown': { message: 'The picture is not part of this project any more.', remedy: 'Choose another picture.' },
  // one reason per skipped file
  'file-empty': { message: 'The file is empty (0 bytes).', remedy: 'Copy it again from its source.' },
  'not-a-picture': { message: 'The file is not a picture.', remedy: 'Leave it out, or convert it to JPEG or PNG.' },
  'unsupported-format': { message: 'This page does not open {format} pictures.', remedy: 'Convert it to JPEG or PNG.' },
  'picture-truncated': { message: 'The picture is cut short.', remedy: 'Copy it again from its source.' },
  'picture-broken': { message: 'The picture is damaged and cannot be decoded.', remedy: 'Copy it again from its source.' },
  'picture-too-large': {
    message: 'The picture is {width} × {height} pixels, more than this page can open safely.',
    remedy: 'Make it smaller than 80 megapixels and add it again.',
  },
  'picture-too-small': {
    message: 'The picture is only {width} × {height} pixels.',
    remedy: 'Use pictures of at least 8 × 8 pixels.',
  },
  'heic-decoder-missing': {
    message: 'The part of this page that opens HEIC pictures could not be loaded.',
    remedy: 'Check the network and add the picture again.',
  },
  'file-unreadable': {
    message: 'The browser was not allowed to read the file.',
    remedy: 'Check the file’s permissions and add it again.',
  },
  'duplicate-file': {
    message: 'The same file is already in the project as {other}.',
    remedy: 'Nothing to do: it is counted once.',
  },
  'file-too-large': {
    message: 'The file has {size}, more than this page can open safely as a picture.',
    remedy: 'Make it smaller than {limit} and add it again.',
  },
  // archives: the first ones stand for a whole archive, the others for one file of it
  'archive-unsupported': {
    message: '{name} is a {format} file, which this page cannot unpack.',
    remedy: 'Unpack it yourself and drop the folder, or make a ZIP of it.',
  },
  'archive-broken': {
    message: '{name} is called an archive but cannot be read as one.',
    remedy: 'Copy or download it again, or unpack it yourself and drop the folder.',
  },
  'archive-cut': {
    message: 'The archive {name} is cut short or damaged. What can be read of it comes in.',
    remedy: 'Copy or download it again to have the rest.',
  },
  'archive-empty': { message: 'There are no files in the archive {name}.', remedy: 'Make it again, or drop a folder.' },
  'archive-split': {
    message: '{name} is one part of an archive in several parts.',
    remedy: 'Put the parts together or unpack them yourself, then drop the folder.',
  },
  'archive-locked': {
    message: 'The archive {name} is locked by a password, its list of files too.',
    remedy: 'Unpack it with its password and drop the folder.',
  },
  'archive-bomb': {
    message: '{name} would unpack to {size} from {packed}: that is no archive of pictures.',
    remedy: 'Do not open it unless you trust where it came from; then unpack it yourself and drop the folder.',
  },
  'archive-too-many-files': {
    message: 'More than {count} {things} were given at once; what comes from {name} on is left out.',
    remedy: 'Add them in several parts.',
  },
  'archive-too-deep': {
    message: '{name} is an archive inside {depth} others, which is as deep as this page looks.',
    remedy: 'Unpack it yourself and drop the folder.',
  },
  'archive-no-room': {
    message: 'To unpack {name} the browser needs {needed}, and it has {free} left for this page.',
    remedy: 'Free some disk space, or unpack it yourself and drop the folder: then nothing is copied.',
  },
  'entry-locked': {
    message: 'The file is locked by a password.',
    remedy: 'Unpack its archive with the password and drop the folder.',
  },
  'entry-broken': {
    message: 'The file is damaged inside its archive.',
    remedy: 'Copy or download the archive again.',
  },
  'entry-method': {
    message: 'The file is packed by a method that this page does not know ({method}).',
    remedy: 'Unpack its archive yourself and drop the folder.',
  },
  'entry-bomb': {
    message: 'The file would unpack to {size} from {packed}: that is no picture.',
    remedy: 'Leave it out.',
  },
  'entry-path': {
    message: 'The file’s path points out of its archive or holds characters that no file name has.',
    remedy: 'Leave it out, or make the archive again with plain names.',
  },
  'entry-repeated': {
    message: 'Its archive holds another file of the same path; the first one is taken.',
    remedy: 'Rename one of them and make the archive again if you need both.',
  },
  'entry-overlaps': {
    message: 'The file shares its bytes with another file of the archive, as in archives made to do harm.',
    remedy: 'Leave it out, or make the archive again.',
  },
  'entry-link': {
    message: 'It is a link or a device and not a file.',
    remedy: 'Nothing to do if the file that it points to is there too.',
  },
  'import-closed': { message: 'These files are not open any more.', remedy: 'Drop them again.' },
  'text-too-large': {
    message: 'The file {name} has {size}, more than a list of labels can have here.',
    remedy: 'Split it, or keep only the columns with file, label and split.',
  },
  // weights
  'weights-offline': {
    message: 'The weights could not be reached at {url}.',
    remedy: 'Connect to the network and press Try again; what was loaded is kept.',
  },
  'weights-missing': {
    message: 'The weights file {file} is not on the server (HTTP {status}).',
    remedy: 'Check that models/vgg16 was uploaded with the app, then press Try again; the other files are kept.',
  },
  'weights-truncated': {
    message: 'The weights file {file} arrived cut short ({received} of {expected} bytes).',
    remedy: 'Press Try again; the other files are kept.',
  },
  'weights-altered': {
    message: 'The weights file {file} is not the one this app expects: its SHA-256 differs.',
    remedy: 'Upload the original file again, then press Try again; the other files are kept.',
  },
  'weights-index-invalid': {
    message: 'The weights’ list {file} cannot be read.',
    remedy: 'Upload models/vgg16 again as it comes with the app.',
  },
  'weights-tensor-invalid': {
    message: 'The weights file {file} does not hold {tensor} as expected.',
    remedy: 'Upload models/vgg16 again as it comes with the app.',
  },
  // compute
  'webgpu-absent': {
    message: 'This browser has no WebGPU.',
    remedy: 'Everything works on the CPU; a recent Chrome or Edge would use the graphics card.',
  },
  'webgpu-no-adapter': {
    message: 'The browser offers no graphics card to this page.',
    remedy: 'Everything works on the CPU; updating the graphics driver may help.',
  },
  'webgpu-software': {
    message: 'WebGPU would be emulated in software here, which is slower than the CPU.',
    remedy: 'Nothing to do: the CPU is used. GPU can still be chosen.',
  },
  'webgpu-device-failed': {
    message: 'The graphics card refused a device: {detail}',
    remedy: 'The CPU is used instead; reloading the page may help.',
  },
  'device-lost': {
    message: 'The graphics card was lost ({detail}).',
    remedy: 'What was trained is kept. Press Continue, or choose CPU.',
  },
  'cpu-worker-lost': {
    message: 'One of the compute threads stopped, perhaps for want of memory.',
    remedy: 'What was trained is kept. Press Continue; fewer threads need less memory.',
  },
  'wasm-simd-absent': {
    message: 'This browser cannot run WebAssembly SIMD.',
    remedy: 'Use a browser of 2023 or later: Chrome, Edge, Firefox or Safari 16.4.',
  },
  'compute-unavailable': {
    message: 'Neither the GPU nor the CPU path could start: {detail}',
    remedy: 'Reload the page; if it stays, use a recent Chrome, Edge, Firefox or Safari.',
  },
  // why the processor works on one thread only
  'isolation-insecure-address': {
    message: 'At a plain http address a browser allows one thread only.',
    remedy: 'Open the page at an https address, or at localhost: all threads compute then.',
  },
  'isolation-not-supported': {
    message: 'This browser cannot share memory between threads.',
    remedy: 'Use a recent Chrome, Edge, Firefox or Safari: all threads compute there.',
  },
  'isolation-framed': {
    message: 'The page is shown inside another page, where a browser allows it one thread only.',
    remedy: 'Open it in a tab of its own: all threads compute there.',
  },
  'isolation-refused': {
    message: 'This host sends no isolation headers, and the browser refused the service worker that would add them.',
    remedy: 'Open the page in a window that is not private, and let this site keep data: all threads compute then.',
  },
  'isolation-failed': {
    message: 'This host sends no isolation headers, and the service worker that would add them did not come to work.',
    remedy: 'Reload the page. If that changes nothing, check that sw.js was uploaded with the app.',
  },
  'offline-insecure-address': {
    message: 'At a plain http address a browser keeps no page for use without a network.',
    remedy: 'Open the page at an https address, or at localhost.',
  },
  'offline-framed': {
    message: 'The page is shown inside another page, so it is not kept for use without a network.',
    remedy: 'Open it in a tab of its own.',
  },
  'offline-refused': {
    message: 'The browser refuses to keep the page for use without a network. Everything else works.',
    remedy: 'Open it in a window that is not private, and let this site keep data.',
  },
  'offline-failed': {
    message: 'The service worker that keeps the page for use without a network did not come to work.',
    remedy: 'Reload the page. If that changes nothing, check that sw.js was uploaded with the app.',
  },
  'offline-unreachable': {
    message: 'The connection broke while the page was being kept for use without a network.',
    remedy: 'Nothing to do: the rest is fetched at the next visit.',
  },
  'offline-altered': {
    message: 'A file of the page is missing on its host, or is not the one that was built, so none is kept.',
    remedy: 'Reload the page: the host may have a newer version. If that changes nothing, upload all of dist/ again.',
  },
  'offline-storage-full': {
    message: 'There is no room left to keep the page for use without a network.',
    remedy: 'Free some disk space and reload the page.',
  },
  'new-version': {
    message: 'A new version of this page is ready.',
    remedy: 'Reload to use it, whenever it suits you. Until then this version works on.',
  },
  'new-version-after-run': {
    message: 'A new version of this page is ready.',
    remedy: 'It can be used after this run: nothing interrupts the training.',
  },
  'out-of-memory': {
    message: 'The browser ran out of memory.',
    remedy: 'Close other tabs or set a limit on the number of pictures, then press Train again.',
  },
  'not-finite': {
    message: 'The loss stopped being a number at epoch {epoch}, step {step}.',
    remedy: 'Lower the learning rate and train again.',
  },
  'self-test-failed': {
    message: '{path} computes wrong numbers on this device ({detail}), so it is not used.',
    remedy: 'Nothing to do: the next path is used. Updating the browser or the graphics driver may help.',
  },
  'training-test-failed': {
    message: '{path} computes wrong gradients on this device ({detail}), so it does not train convolutions.',
    remedy: 'Nothing to do: the next path trains them. Updating the browser or the graphics driver may help.',
  },
  'training-path-failed': {
    message: '{path} cannot train convolutions on this device: {detail}',
    remedy: 'Nothing to do: the next path trains them. Updating the browser or the graphics driver may help.',
  },
  'compute-path-failed': {
    message: '{path} cannot be used on this device: {detail}',
    remedy: 'Nothing to do: the next path is used. Updating the browser or the graphics driver may help.',
  },
  'no-path-proved': {
    message: 'No way to compute passed its self-test on this device, so nothing is trained here. {detail}',
    remedy: 'Update the browser, or open the page in another one.',
  },
  'self-check-failed': {
    message: 'The computed features are not numbers.',
    remedy: 'Choose CPU; this graphics driver gives wrong answers.',
  },
  // run
  'setting-invalid': { message: '{setting}: {problem}', remedy: 'Correct the setting and press Train.' },
  'way-not-available': {
    message: 'Fine-tuning cannot be computed on this device: our kernels for it do not run in this browser.',
    remedy: 'Choose one of the two ways with frozen features, or use a recent Chrome, Edge, Firefox or Safari.',
  },
  'folds-not-offered': {
    message: 'Cross-validation is not offered for a fine-tuned run: each of the folds would take as long as the run did.',
    remedy: 'Train one of the two ways with frozen features, or add validation pictures.',
  },
  'too-few-for-map': {
    message: 'A map needs at least {least} pictures; {count} could be read.',
    remedy: 'Add pictures, or choose the other way to lay them out.',
  },
  'map-failed': {
    message: 'The map could not be laid out: {detail}',
    remedy: 'Try again; with very many pictures, close other tabs first.',
  },
  'run-absent': { message: 'There is no paused run to continue.', remedy: 'Press Train to start one.' },
  'run-not-kept': {
    message: 'This browser does not let the page keep a run before it has ended.',
    remedy: 'Training goes on. Leave the page open until it ends, or use a window that is not private.',
  },
  'run-storage-full': {
    message: 'There is no room left to keep this run while it trains: it takes {size}.',
    remedy:
      'Training goes on, and it is tried again every minute. Free some disk space, or drop kept features in the menu; until then the run is lost if the page closes.',
  },
  'run-kept-elsewhere': {
    message: 'Another tab holds a run of this project, so this one is not kept until it has ended.',
    remedy: 'Training goes on. Leave this page open until it ends, or close the other tab.',
  },
  'run-pictures-missing': {
    message: '{count} of the {total} pictures of this run are not here{names}.',
    remedy: 'Add them again and press Continue; the run waits. Discard it if they are gone for good.',
  },
  'run-moved': {
    message:
      'This run began on {before} and goes on on {now}, so its last digits may differ from those of a run without a break.',
    remedy: 'Nothing to do.',
  },
  'run-renewed': {
    message:
      'The browser or this app is newer than when this run began, so its last digits may differ from those of a run without a break.',
    remedy: 'Nothing to do.',
  },
  'run-lost': {
    message: 'The background worker stopped, and nothing was kept of the run.',
    remedy: 'Press Train to begin it again; the steps above stay to be read.',
  },
  busy: { message: 'Another task is still running.', remedy: 'Wait for it to end or stop it first.' },
  'head-absent': { message: 'Nothing is trained yet.', remedy: 'Press Train first.' },
  cancelled: { message: 'Stopped.', remedy: 'Press the button again to go on.' },
  // storage
  'storage-refused': {
    message: 'This browser does not let the page store anything (a private window?).',
    remedy: 'Everything works until the tab closes; nothing will be kept after that.',
  },
  'storage-full': {
    message: 'There is no room left to keep this.',
    remedy: 'Free some disk space; the page goes on working until the tab closes.',
  },
  'features-not-kept': {
    message: 'This browser does not let the page keep features, so pictures go through VGG-16 again on the next visit.',
    remedy: 'Nothing to do: they are held until the tab closes. A window that is not private may keep them.',
  },
  'features-storage-full': {
    message: 'There is no room left to keep more features on this device.',
    remedy: 'Training goes on. Free some disk space, or drop kept features in the menu under “Storage on this device”.',
  },
  'project-newer': {
    message: 'The kept project was written by a newer version of this app.',
    remedy: 'Reload the page to get the newest version. The project is left as it is.',
  },
  'project-invalid': {
    message: 'The kept project could not be read.',
    remedy: 'A new project was started; the unreadable one was set aside.',
  },
  'project-unknown': {
    message: 'This project is not on this device any more.',
    remedy: 'Open another one, or start a new one.',
  },
  'project-in-use': {
    message: 'The project is open in another tab.',
    remedy: 'Close it there, or open it here and take it over.',
  },
  'project-not-owned': {
    message: 'Another tab works on this project now, so nothing is saved from here.',
    remedy: 'Take it over to go on here.',
  },
  'project-kept-as-copy': {
    message: 'Another tab took this project over before your last changes were saved here. They are kept as “{name}”.',
    remedy: 'Open it from the list of projects.',
  },
  'project-forgotten': {
    message: 'Everything on this device was forgotten in another tab, and this project with it.',
    remedy: 'What you see works until this tab closes. Reload the page to start anew.',
  },
  'folder-permission': {
    message: 'The page may not read the folder {names} yet: the browser asks again at each visit.',
    remedy: 'Press “Let the page read the folder again”.',
  },
  'folder-absent': {
    message: 'The folder {names} is not where it was.',
    remedy: 'Put it back and reload the page, or add the pictures again.',
  },
  // downloads that a person asks for
  'hub-offline': {
    message: 'The pictures could not be reached at {host}.',
    remedy: 'Check the network and try again, or use the sample drawings.',
  },
  'hub-refused': {
    message: 'The photo server refused the request ({detail}).',
    remedy: 'Try again later, or use the sample drawings.',
  },
  'hub-busy': {
    message: 'The photo server asks to wait (too many requests).',
    remedy: 'Try again in a few minutes, or use the sample drawings.',
  },
  'hub-name-invalid': {
    message: '“{text}” is not the name of a dataset.',
    remedy: 'Type it as on its page, owner/name, or paste the page’s address.',
  },
  'hub-unknown': {
    message: 'Hugging Face knows no dataset “{dataset}”.',
    remedy: 'Check the name: owner/name, as on the dataset’s page.',
  },
  'hub-closed': {
    message: '“{dataset}” is not public: it is private, asks for an account, or does not exist.',
    remedy: 'Download it with your account, then drop the folder here.',
  },
  'hub-no-viewer': {
    message: 'Hugging Face cannot show the rows of “{dataset}” ({detail}).',
    remedy: 'Download it from its page, then drop the folder here.',
  },
  'hub-not-pictures': {
    message: '“{dataset}” has no column of pictures.',
    remedy: 'Choose a dataset of pictures: its page shows them in the viewer.',
  },
  'hub-unexpected': {
    message: 'The photo server’s answer could not be understood.',
    remedy: 'Use the sample drawings or your own pictures.',
  },
  // models that come in
  'model-file-unknown': {
    message: '{name} is no model file that this page can read.',
    remedy: 'Give a .safetensors, .pth, .pt or .onnx file, or a ZIP for PyTorch or ONNX that this app wrote.',
  },
  'model-file-several': {
    message: '{name} holds several models: {names}.',
    remedy: 'Give one of them alone.',
  },
  'model-file-truncated': {
    message: '{name} is cut short: {detail}.',
    remedy: 'Copy or download it again; the weights in force are as they were.',
  },
  'model-file-damaged': {
    message: '{name} is damaged: {detail}.',
    remedy: 'Copy or download it again; the weights in force are as they were.',
  },
  'model-file-big-endian': {
    message: '{name} was written by a machine with another order of bytes (big-endian), which this page does not read.',
    remedy: 'Save it as safetensors there: that format has one order of bytes.',
  },
  'model-pickle-refused': {
    message: '{name} asks for {what} to be run, so it was not opened: this page runs no code of a file.',
    remedy: 'Save the numbers alone, by torch.save(model.state_dict(), …) or as safetensors, and give that file.',
  },
  'model-other-architecture': {
    message: '{name} is not VGG-16: {detail}.',
    remedy: 'Give weights of torchvision’s vgg16; the weights in force are as they were.',
  },
  'model-tensors-missing': {
    message: '{name} lacks {count} of VGG-16’s tensors: {names}.',
    remedy: 'Give a file that holds all of features.*; the weights in force are as they were.',
  },
  'model-tensors-extra': {
    message: '{name} holds tensors that are not VGG-16’s: {names}.',
    remedy: 'Save the model without them; the weights in force are as they were.',
  },
  'model-tensor-shape': {
    message: '{tensor} in {name} has the shape {found}; VGG-16’s is {expected}.',
    remedy: 'Give weights of torchvision’s vgg16; the weights in force are as they were.',
  },
  'model-tensor-type': {
    message: '{tensor} in {name} holds {found} values; float32, float16 or bfloat16 are needed.',
    remedy: 'Save it as float32; the weights in force are as they were.',
  },
  'model-tensor-not-finite': {
    message: '{tensor} in {name} holds a value that is no number.',
    remedy: 'Give a file from before training went wrong; the weights in force are as they were.',
  },
  'model-data-elsewhere': {
    message: 'The values of {name} lie in {file}, which did not come with it.',
    remedy: 'Give both files together, or save the model as one file.',
  },
  'model-head-unusable': {
    message: 'The head in {name} cannot be used: {detail}.',
    remedy: 'Take its weights without the head, or give another file.',
  },
  'model-closed': { message: 'This model is not held any more.', remedy: 'Give the file again.' },
  'hub-weights-offline': {
    message: 'The weights could not be reached at {host}.',
    remedy: 'Connect to the network and fetch again: what came is kept, and only the rest is asked for.',
  },
  'hub-weights-missing': {
    message: '{host} has no such weights (HTTP {status}).',
    remedy: 'Download the file in another way and give it here as a file.',
  },
  'hub-weights-range-ignored': {
    message: '{host} sent the whole file in place of the part that is needed.',
    remedy: 'Download the file in another way and give it here as a file.',
  },
  'hub-weights-changed': {
    message: 'The file at {host} was changed while it came.',
    remedy: 'Fetch again: it begins anew. The weights in force are as they were.',
  },
  'hub-weights-cut': {
    message: '{host} broke off after {received} of {expected}.',
    remedy: 'Fetch again: what came is kept, and only the rest is asked for.',
  },
  'hub-weights-unexpected': {
    message: 'The answer of {host} could not be understood: {detail}.',
    remedy: 'Download the file in another way and give it here as a file.',
  },
  'backbone-gone': {
    message: 'The weights “{title}” that this project stands on are not kept on this device any more.',
    remedy: 'Bring them in again, or go on with the weights that come with the page and train anew.',
  },
  'head-of-other-weights': {
    message: 'The head of run {number} was trained on other weights than those in force.',
    remedy: 'Go back to its weights, or train again.',
  },
  'backbone-in-use': {
    message: 'The weights “{title}” are in force.',
    remedy: 'Go back to the weights that come with the page, or to others, and remove them then.',
  },
  'backbone-not-kept': {
    message: 'The weights “{title}” could not be kept on this device: {detail}.',
    remedy: 'They are in force until this tab is closed. Free some room and bring them in again to keep them.',
  },
  'run-unfinished': {
    message: 'A run is not finished yet, and its weights would change under it.',
    remedy: 'Let it end, stop it or discard it first.',
  },
  'start-norm-differs': {
    message: 'The model to start from learned with features scaled to {found}; the settings say {expected}.',
    remedy: 'Set the feature norm as the model has it, or start from a new head.',
  },
  'start-tuned': {
    message: 'The model to start from has convolutions of its own, by fine-tuning.',
    remedy: 'Choose fine-tuning to go on with it, or start from a new head.',
  },
  'start-tuned-more': {
    message: 'The model to start from has {found} fine-tuned convolutions; these settings train {expected}.',
    remedy: 'Train at least as many, or start from a new head.',
  },
  'run-of-other-weights': {
    message: 'The unfinished run trains on other weights than those in force.',
    remedy: 'Bring its weights in again, or discard the run.',
  },
  'start-gone': {
    message: 'The model to start from is not the one that is present.',
    remedy: 'Start from a new head, or from the model that is present now.',
  },
  'start-classes-differ': {
    message: 'The model to start from tells {found} apart; the pictures are of {expected}.',
    remedy: 'Start from a new head, or name the classes alike.',
  },
  'export-format-unknown': {
    message: 'A model cannot be written as “{format}” in {precision}.',
    remedy: 'Choose one of: {formats}.',
  },
  'model-not-finite': {
    message: 'The model is not whole: {tensor} holds a value that is no number.',
    remedy: 'Train again, with a smaller learning rate; nothing was written.',
  },
  'export-failed': {
    message: 'The archive could not be written: {detail}',
    remedy: 'Choose another place with enough room and try again; the project is as it was.',
  },
  // projects as files
  'project-file-foreign': {
    message: '{name} is not a project of Headstart.',
    remedy: 'Choose a ZIP that was saved as a project. Pictures, and other archives of pictures, go into the drop zone.',
  },
  'project-file-cut': {
    message: '{name} ends too early: part of the project is missing.',
    remedy: 'Copy or download it again. Nothing of it was taken in.',
  },
  'project-file-altered': {
    message: '{name} is not as it was written: {entry} was changed or damaged.',
    remedy: 'Copy or download it again. Nothing of it was taken in.',
  },
  'project-file-newer': {
    message: '{name} was written by a newer version of Headstart.',
    remedy: 'Reload the page to get the newest version, then open it again.',
  },
  'project-file-invalid': {
    message: '{name} cannot be read as a project.',
    remedy: 'Ask whoever made it to save the project again. Nothing of it was taken in.',
  },
  'project-file-no-room': {
    message: 'The project needs {needed}, and this browser has {room} left for the page.',
    remedy: 'Free some in the menu under “Storage on this device”, then open it again.',
  },
  'project-features-other': {
    message: 'The features that came along were made by another browser, version or device.',
    remedy: 'Nothing to do: the pictures go through VGG-16 here once.',
  },
  'project-link-elsewhere': {
    message: 'The address asks for a project of another site ({host}). Only projects of this site are opened by an address.',
    remedy: 'If you trust that site, download the file yourself and open it from the list of projects.',
  },
  'project-link-absent': {
    message: 'There is no project at {address}.',
    remedy: 'Check the address with whoever gave it to you.',
  },
  'project-link-offline': {
    message: 'The project at {address} could not be fetched ({detail}).',
    remedy: 'Check the network, then reload the page.',
  },
  // the page and its workers
  'worker-dead': {
    message: 'The background worker stopped answering.',
    remedy: 'Press Restart: pictures, head and an unfinished run come back.',
  },
  'worker-restarted': {
    message: 'The background worker stopped answering and was started again.',
    remedy: 'Nothing to do: pictures, settings and head are as they were.',
  },
  unexpected: {
    message: 'Something went wrong that should not: {detail}',
    remedy: 'Reload the page; if it happens again, report it with the details.',
  },
} as const satisfies Record<string, { message: string; remedy: string }>;

export type ErrorCode = keyof typeof catalogue;

/** The codes that can stand as the reason of a skipped file. */
export const skipCodes = [
  'file-empty',
  'not-a-picture',
  'unsupported-format',
  'picture-truncated',
  'picture-broken',
  'picture-too-large',
  'picture-too-small',
  'heic-decoder-missing',
  'file-unreadable',
  'duplicate-file',
  'no-labels',
  'file-too-large',
  'archive-unsupported',
  'archive-broken',
  'archive-cut',
  'archive-empty',
  'archive-split',
  'archive-locked',
  'archive-bomb',
  'archive-too-many-files',
  'archive-too-deep',
  'archive-no-room',
  'entry-locked',
  'entry-broken',
  'entry-method',
  'entry-bomb',
  'entry-path',
  'entry-repeated',
  'entry-overlaps',
  'entry-link',
] as const satisfies readonly ErrorCode[];

export type ErrorParameters = Readonly<Record<string, string | number>>;

/** What an error is when it crosses a worker boundary or is shown: plain JSON. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
}

export const errorCodes = Object.keys(catalogue) as readonly ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(catalogue, value);
}

function fill(text: string, parameters: ErrorParameters): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}

/** The sentence and the remedy of a code, with its parameters filled in. */
export function describeError(code: ErrorCode, parameters: ErrorParameters = {}): ErrorRecord {
  const { message, remedy } = catalogue[code];
  return { code, message: fill(message, parameters), remedy: fill(remedy, parameters) };
}

/** The one error class of the product; `code` survives the worker boundary (see protocol/transfer-handlers). */
export class HeadstartError extends Error {
  override readonly name = 'HeadstartError';
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, parameters: ErrorParameters = {}, options?: ErrorOptions) {
    const record = describeError(code, parameters);
    super(record.message, options);
    this.code = code;
    this.remedy = record.remedy;
  }

  toRecord(): ErrorRecord {
    return { code: this.code, message: this.message, remedy: this.remedy };
  }

  static fromRecord(record: ErrorRecord): HeadstartError {
    const error = new HeadstartError(record.code);
    Object.defineProperty(error, 'message', { value: record.message, configurable: true });
    Object.defineProperty(error, 'remedy', { value: record.remedy, configurable: true });
    return error;
  }
}

/** Any thrown value as an error with a code; an AbortError becomes `cancelled`. */
export function toHeadstartError(thrown: unknown): HeadstartError {
  if (thrown instanceof HeadstartError) return thrown;
  if (thrown instanceof DOMException && thrown.name === 'AbortError')
    return new HeadstartError('cancelled', {}, { cause: thrown });
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new HeadstartError('unexpected', { detail }, { cause: thrown });
}

/** Throws `cancelled` once the signal has been aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new HeadstartError('cancelled');
}
