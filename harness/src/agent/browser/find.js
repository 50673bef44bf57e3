// The link or live button with this visible text, and whether there is anything else to press.
const collapse = (text) => (text || '').replace(/\s+/g, ' ').trim();
const controls = [...document.querySelectorAll(
  'a, button, input[type=submit], input[type=button], input[type=image], [role=button]')];
const shown = controls.filter((control) => control.getClientRects().length > 0 && !control.matches(':disabled'));

function label(control) {
  if (control.tagName !== 'INPUT') return collapse(control.innerText);
  const text = control.getAttribute(control.type === 'image' ? 'alt' : 'value');
  return collapse(text ?? (control.type === 'button' ? '' : 'Submit'));
}

const found = shown.find((control) => label(control) === arguments[0]);
return [found || null, shown.map(label).filter((text) => text !== '')];
