// The link or button with this visible text, and whether there is anything else to press.
const collapse = (text) => (text || '').replace(/\s+/g, ' ').trim();
const controls = [...document.querySelectorAll(
  'a, button, input[type=submit], input[type=button], input[type=image], [role=button]')];
const shown = controls.filter((control) => control.getClientRects().length > 0);
const label = (control) => collapse(control.tagName === 'INPUT' ? control.value : control.innerText);
const found = shown.find((control) => label(control) === arguments[0]);
return [found || null, shown.map(label).filter((text) => text !== '')];
