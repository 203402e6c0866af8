// The meter below a new password: the server says what it is worth, by the rule that decides in the end.
(() => {
  const field = document.getElementById('password');
  const meter = document.getElementById('strength');
  const name = document.getElementById('username');
  const bar = meter.querySelector('meter');
  const [grade, advice] = meter.querySelectorAll('span');
  const { xsrf, language, address } = meter.dataset;
  let timer;
  let turn = 0;
  const measure = async mine => {
    const body = JSON.stringify({
      password: field.value,
      username: name.value,
      link: location.pathname.split('/').pop()
    });
    const headers = { 'Content-Type': 'application/json', 'X-XSRFToken': xsrf };
    const answer = await fetch(`${address}?lang=${language}`, { method: 'POST', body, headers });
    if (!answer.ok || mine !== turn) {
      return;
    }
    const found = await answer.json();
    bar.value = Math.min(found.bits, bar.max);
    bar.low = found.wanted;
    grade.textContent = meter.dataset[found.grade];
    advice.textContent = found.advice;
    meter.hidden = false;
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    turn += 1;
    const mine = turn;
    if (field.value === '') {
      meter.hidden = true;
      return;
    }
    timer = setTimeout(() => measure(mine).catch(() => undefined), 200);
  });
})();
