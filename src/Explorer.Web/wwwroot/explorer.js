// What the page asks of the browser: its address, drags and keys on the drawing.
let page;

export function start(reference) {
  page = reference;
  window.addEventListener('popstate', () => page.invokeMethodAsync('Navigated', location.hash));
  document.addEventListener('pointerdown', onPointer);
  document.addEventListener('pointermove', onPointer);
  document.addEventListener('keydown', onKey);
  return location.hash;
}

export function write(fragment, push) {
  const address = '#' + fragment;
  if (location.hash !== address)
    history[push ? 'pushState' : 'replaceState'](null, '', address);
}

// At most one move is under way, and the newest place waits for it.
let isBusy = false;
let waiting = null;

async function drag(place) {
  waiting = place;
  if (isBusy)
    return;
  isBusy = true;
  try {
    while (waiting !== null) {
      const [across, down] = waiting;
      waiting = null;
      await page.invokeMethodAsync('Dragged', across, down);
      await new Promise(requestAnimationFrame);
    }
  } finally {
    isBusy = false;
  }
}

function onPointer(event) {
  const picture = event.target.closest?.('[data-draggable]');
  if (!picture || event.buttons !== 1 || (event.type === 'pointerdown' && event.button !== 0))
    return;
  if (event.type === 'pointerdown') {
    picture.setPointerCapture(event.pointerId);
    document.getElementById('point')?.focus({ preventScroll: true });
    event.preventDefault();
  } else if (!picture.hasPointerCapture(event.pointerId)) {
    return;
  }
  const box = picture.getBoundingClientRect();
  drag([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
}

const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function onKey(event) {
  if (event.target.id !== 'point' || event.altKey || event.ctrlKey || event.metaKey)
    return;
  const step = steps[event.key];
  const size = event.shiftKey ? 10 : 1;
  if (step)
    page.invokeMethodAsync('Nudged', step[0] * size, step[1] * size);
  else if (event.key === 'Home')
    page.invokeMethodAsync('WentHome');
  else if (event.key === '+' || event.key === '-')
    page.invokeMethodAsync('Zoomed', event.key === '+' ? 0.5 : 2);
  else
    return;
  event.preventDefault();
}
