// A picture, a frame or a link in the page. Nobody sees what it shows; it is there when it is loaded or has failed.
const [url, kind, done] = arguments;
const isLink = kind === 'icon' || kind === 'prefetch';
const element = document.createElement(isLink ? 'link' : kind);
element.onload = element.onerror = () => done({ kind: 'opaque' });
if (isLink) {
  // A page has one icon, and nobody is told when it is there.
  if (kind === 'icon') {
    document.querySelectorAll('link[rel=icon]').forEach((icon) => icon.remove());
    done({ kind: 'opaque' });
  }
  element.rel = kind;
  element.href = url;
  document.head.append(element);
} else {
  element.src = url;
  document.body.append(element);
}
