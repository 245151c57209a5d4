// SPDX-License-Identifier: GPL-3.0-or-later
// Draws report.html from the JSON in the page. Texts of the user reach the page as text nodes only.
'use strict';
(function () {
  const errors = [];
  window.addEventListener('error', (event) => {
    errors.push(String(event.message));
    document.body.dataset.errors = String(errors.length);
  });
  document.body.dataset.errors = '0';
  const say = console.error;
  console.error = (...words) => {
    errors.push(words.join(' '));
    document.body.dataset.errors = String(errors.length);
    say.apply(console, words);
  };

  const data = JSON.parse(document.getElementById('data').textContent);
  const page = document.getElementById('page');
  // Okabe and Ito, told apart by the colour-blind.
  const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'];
  const dashes = [[], [8, 4], [2, 3], [10, 4, 2, 4], [14, 3, 2, 3, 2, 3]];
  const plots = [];

  function add(parent, tag, text, className) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    parent.appendChild(element);
    return element;
  }

  function shortNumber(value) {
    if (value === null || value === undefined) return '–';
    const size = Math.abs(value);
    if (value === 0 || (size >= 1e-3 && size < 1e5)) return String(Number(value.toPrecision(6)));
    return value.toExponential(4);
  }

  function axisNumber(value) {
    const size = Math.abs(value);
    if (value === 0 || (size >= 1e-3 && size < 1e5)) return String(Number(value.toPrecision(4)));
    return value.toExponential(0);
  }

  function frame(grid, title) {
    const box = add(grid, 'div', undefined, 'plot');
    add(box, 'h3', title);
    return box;
  }

  function height(width) {
    return Math.max(220, Math.min(340, Math.round(0.65 * width)));
  }

  // A logarithmic axis of two decades and more has powers of ten, a shorter one some numbers of each.
  function onLogAxis(low, high) {
    const decades = Math.log10(high / low), digits = decades > 2 ? [1] : decades > 0.8 ? [1, 2, 5] : [1, 2, 3, 5, 7];
    return (u, splits) => splits.map((s) => {
      const digit = s / Math.pow(10, Math.floor(Math.log10(s) + 1e-9));
      return digits.some((d) => Math.abs(digit - d) < 1e-6) ? s : null;
    });
  }

  // One standard error to each side of a curve that has it.
  function drawBands(u, x, curves) {
    curves.forEach((curve, c) => {
      if (!curve.spread) return;
      const path = new Path2D(), at = (i, sign) => [u.valToPos(x[i], 'x', true),
        u.valToPos(curve.values[i] + sign * curve.spread[i], 'y', true)];
      const known = x.map((_, i) => i).filter((i) => curve.values[i] !== null && curve.spread[i] !== null);
      known.forEach((i) => path.lineTo(...at(i, 1)));
      known.reverse().forEach((i) => path.lineTo(...at(i, -1)));
      u.ctx.save();
      u.ctx.globalAlpha = 0.25;
      u.ctx.fillStyle = colours[c % colours.length];
      u.ctx.fill(path);
      u.ctx.restore();
    });
  }

  // curves: [{label, values}] over x. Returns the plot.
  function draw(box, xLabel, x, curves, options) {
    const log = (options && options.log) || {};
    const positive = curves.flatMap((c) => c.values.filter((v) => v > 0));
    const beyond = (values) => [Math.min(...values) / 1.25, Math.max(...values) * 1.25];
    const axis = (label, values, isLog) => ({
      label, stroke: '#333', grid: { stroke: '#e8e8e8', width: 1 }, ticks: { stroke: '#ccc' },
      font: '12px system-ui', labelFont: '12px system-ui', size: label === null ? 70 : 40,
      values: (u, splits) => splits.map((s) => (s === null ? '' : axisNumber(s))),
      filter: isLog ? onLogAxis(Math.min(...values), Math.max(...values)) : undefined,
    });
    const xScale = { time: false, distr: log.x ? 3 : 1 };
    const yScale = { distr: log.y ? 3 : 1, range: options && options.range };
    if (log.x) xScale.range = (u, low, high) => (low === high || low > x[0] || high < x[x.length - 1] ? [low, high] : beyond(x));
    if (log.y && positive.length) yScale.range = (u, low, high) => (low > 0 && high > low ? [low / 1.25, high * 1.25] : beyond(positive));
    const width = box.clientWidth;
    const plot = new uPlot({
      width, height: height(width),
      scales: { x: xScale, y: yScale },
      axes: [axis(xLabel, x, log.x), axis(null, positive, log.y)],
      cursor: { drag: { x: true, y: true, uni: 20 } },
      hooks: { draw: [(u) => drawBands(u, x, curves)] },
      series: [{ label: xLabel, value: (u, v) => shortNumber(v) }].concat(curves.map((curve, i) => ({
        label: curve.label, stroke: curve.reference ? '#777' : colours[i % colours.length],
        // later ones are thinner, so that of curves that coincide both show
        width: curve.reference ? 1 : Math.max(1.4, 3.4 - 0.3 * i), spanGaps: false,
        dash: curve.reference ? dashes[curve.reference % dashes.length] : i % 2 ? [8, 6] : dashes[Math.floor(i / colours.length) % dashes.length],
        points: { show: !!(options && options.points) && !curve.reference },
        value: (u, v) => shortNumber(v),
      }))),
    }, [x].concat(curves.map((curve) => curve.values)), box);
    plots.push({ plot, box });
    return plot;
  }

  function facts(parent, title, rows) {
    const box = add(parent, 'div');
    add(box, 'h3', title);
    const table = add(box, 'table', undefined, 'facts');
    for (const [name, value] of rows) {
      const row = add(table, 'tr');
      add(row, 'td', name);
      add(row, 'td', typeof value === 'number' ? shortNumber(value) : value === null ? '–' : String(value));
    }
  }

  function source(title, text) {
    const details = add(page, 'details');
    add(details, 'summary', title);
    add(details, 'pre', text);
  }

  // ---- a run ----

  function drift(values) {
    const first = values[0];
    return values.map((v) => (v === null || first === null ? null : v - first));
  }

  // The density at a time that a slider chooses, with the initial one behind it.
  function drawDensity(grid) {
    const box = frame(grid, 'f₁(v, t): density of free particles');
    const v = data.v, records = data.f1;
    let low = 0, high = v.length - 1;
    const large = Math.max(...records.map((r) => Math.max(...r.values)));
    const seen = (i) => records.some((r) => r.values[i] > 1e-4 * large);
    while (low < high && !seen(low)) low++;
    while (high > low && !seen(high)) high--;
    const cut = (a) => a.slice(low, high + 1);
    const label = add(box, 'label', 't = ' + shortNumber(records[records.length - 1].t));
    const slider = add(box, 'input');
    slider.type = 'range';
    slider.min = '0';
    slider.max = String(records.length - 1);
    slider.value = slider.max;
    slider.setAttribute('aria-label', 'time');
    const plot = draw(box, 'v', cut(v), [
      { label: 'f₁ at this time', values: cut(records[records.length - 1].values) },
      { label: 'f₁ at t = 0', values: cut(records[0].values) }]);
    slider.addEventListener('input', () => {
      const record = records[Number(slider.value)];
      label.textContent = 't = ' + shortNumber(record.t);
      plot.setData([cut(v), cut(record.values), cut(records[0].values)]);
    });
  }

  // White is zero, darker is larger; the fourth root, since f_2 is large at the diagonal.
  function shade(value, large) {
    const dark = value > 0 ? Math.pow(value / large, 0.25) : 0;
    return [Math.round(255 - 247 * dark), Math.round(255 - 207 * dark), Math.round(255 - 148 * dark)];
  }

  // The cells as an image of one pixel each, v_2 upwards.
  function pairImage(large) {
    const n = data.f2.v.length, picture = document.createElement('canvas');
    picture.width = picture.height = n;
    const context = picture.getContext('2d'), image = context.createImageData(n, n);
    data.f2.rows.forEach((row, i) => row.forEach((value, j) =>
      image.data.set(shade(value, large).concat(255), 4 * ((n - 1 - j) * n + i))));
    context.putImageData(image, 0, 0);
    return picture;
  }

  function roundStep(length) {
    const power = Math.pow(10, Math.floor(Math.log10(length / 4)));
    return power * [1, 2, 5, 10].find((m) => m * power >= length / 5);
  }

  // Axes with numbers, and a scale whose numbers are those of f_2 itself.
  function paintMap(canvas, box, picture, large) {
    const width = Math.min(box.clientWidth, 460), dense = window.devicePixelRatio || 1;
    const left = 48, right = 64, top = 8, bottom = 44, side = width - left - right, high = top + side + bottom;
    canvas.width = Math.round(width * dense);
    canvas.height = Math.round(high * dense);
    canvas.style.width = width + 'px';
    canvas.style.height = high + 'px';
    const c = canvas.getContext('2d'), v = data.f2.v, half = (v[1] - v[0]) / 2;
    const low = v[0] - half, length = v[v.length - 1] + half - low, step = roundStep(length);
    c.scale(dense, dense);
    c.imageSmoothingEnabled = false;
    c.drawImage(picture, left, top, side, side);
    c.font = '12px system-ui';
    c.fillStyle = c.strokeStyle = '#333';
    c.strokeRect(left, top, side, side);
    c.textBaseline = 'middle';
    for (let tick = Math.ceil(low / step) * step; tick <= low + length; tick += step) {
      const at = (tick - low) / length * side, text = axisNumber(Math.abs(tick) < 1e-9 * step ? 0 : tick);
      c.textAlign = 'center';
      c.fillText(text, left + at, top + side + 12);
      c.textAlign = 'right';
      c.fillText(text, left - 6, top + side - at);
    }
    c.textAlign = 'center';
    c.fillText('v₁', left + side / 2, top + side + 32);
    c.fillText('v₂', 10, top + side / 2);
    for (let i = 0; i < side; i++) {
      c.fillStyle = 'rgb(' + shade(Math.pow(i / side, 4) * large, large).join() + ')';
      c.fillRect(left + side + 10, top + side - i - 1, 12, 1.5);
    }
    c.fillStyle = '#333';
    c.textAlign = 'left';
    const most = Math.floor(Math.log10(large));
    let below = Infinity;
    [0].concat([3, 2, 1, 0].map((k) => Math.pow(10, most - k))).forEach((mark) => {
      const at = top + side * (1 - Math.pow(mark / large, 0.25));
      if (below - at < 13) return;
      below = at;
      c.fillText(axisNumber(mark), left + side + 26, at);
    });
  }

  function drawMap(grid) {
    const box = frame(grid, 'f₂(v₁, v₂) at t = ' + shortNumber(data.f2.t)), canvas = add(box, 'canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'heat map of f2');
    const large = Math.max(...data.f2.rows.map((row) => Math.max(...row)));
    if (!(large > 0) || data.f2.v.length < 2) return;
    const picture = pairImage(large), paint = () => paintMap(canvas, box, picture, large);
    paint();
    plots.push({ canvas, paint });
  }

  function showRun() {
    const columns = new Map(data.columns.map((c) => [c.name, c]));
    const t = columns.get('t').values, used = new Set(['t']);
    const curves = (names) => names.filter((n) => columns.has(n)).map((n) => {
      used.add(n);
      const errors = columns.get(n + '_se');
      return { label: n, values: columns.get(n).values, spread: errors && errors.values };
    });
    const named = (pattern) => data.columns.map((c) => c.name).filter((n) => pattern.test(n));
    add(page, 'h2', 'Plots');
    const grid = add(page, 'div', undefined, 'plots');
    const shown = (title, names, options) => {
      const found = curves(names).filter((c) => c.values.some((v) => v !== null));
      if (found.length) draw(frame(grid, title), 't', t, found, options);
    };
    if (columns.has('variance')) {
      const variance = columns.get('variance').values;
      const log = variance.every((v) => v === null || v > 0) && variance.some((v) => v !== null);
      shown('V: total variance', ['variance'], { log: { y: log } });
    }
    if (data.f1) drawDensity(grid);
    if (data.f2) drawMap(grid);
    const groups = [
      ['Masses M_k of clusters of k', named(/^M\d+$/)],
      ['First moments I_k', named(/^I\d+$/)],
      ['Variances V_k', named(/^V\d+$/)],
      ['W and T', ['W', 'T']],
      ['Moments of f₁', named(/^f1_m\d+$/).filter((n) => Number(n.slice(4)) <= 4)],
      ['Temperatures', named(/^T[xyz]$/)],
      ['Collisions so far', named(/^collisions_\d+$/)],
    ];
    for (const [title, names] of groups) shown(title, names);
    const kept = ['mass', 'mean', 'energy', 'px', 'py', 'pz'].filter((n) => columns.has(n));
    if (kept.length)
      draw(frame(grid, 'Conservation: change since t = 0'), 't', t,
        kept.map((n) => ({ label: n, values: drift(columns.get(n).values) })),
        { range: (u, low, high) => [Math.min(low, -1e-15) * 1.1, Math.max(high, 1e-15) * 1.1] });
    kept.forEach((n) => used.add(n));
    for (const column of data.columns) {
      const rest = used.has(column.name) || /^(f1_m\d+|.*_se)$/.test(column.name);
      if (!rest) shown(column.meaning, [column.name]);
    }
    const s = data.summary;
    add(page, 'h2', 'The run');
    const boxes = add(page, 'div', undefined, 'facts-grid');
    facts(boxes, 'Conservation', Object.entries(s.conservation || {}));
    facts(boxes, 'Solver', Object.entries(s.solver || {}));
    facts(boxes, 'Details', Object.entries(s.details || {}));
    facts(boxes, 'Provenance', [['huddle', s.version], ['commit', s.git_commit], ['model hash', s.model_hash],
      ['wall time, s', s.wall_seconds], ['memory, MB', s.peak_memory_bytes / 1e6], ['state', s.state]]
      .concat(Object.entries(s.libraries || {})));
    source('The model, with all defaults', data.model);
  }

  // ---- a study ----

  function parseCsv(text) {
    const rows = [];
    for (const line of text.split('\n')) {
      if (!line) continue;
      const cells = [];
      for (const m of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g))
        cells.push(m[1] !== undefined ? m[1].replace(/""/g, '"') : m[2]);
      rows.push(cells);
    }
    return { head: rows[0], rows: rows.slice(1) };
  }

  // f1_m2 as m₂, M1 as M₁, ...
  function symbol(name) {
    const low = (digits) => [...digits].map((d) => String.fromCharCode(0x2080 + Number(d))).join('');
    const known = { variance: 'V', decay_rate: 'γ', W1: 'W₁ distance of f₁', W2: 'W₂ distance of f₁',
      fourier: 'Fourier distance of f₁', L1: 'L¹ distance of f₁', fourier_f2: 'Fourier distance of f₂',
      W1_f2: 'W₁ distance of the marginals of f₂', W1_r: 'W₁ distance of |v₁ − v₂|',
      f1_negative_mass: 'negative mass of f₁', f2_negative_mass: 'negative mass of f₂' };
    const part = /^(?:f1_(m)|([MIV]))(\d+)$/.exec(name);
    return known[name] || (part ? (part[1] || part[2]) + low(part[3]) : name);
  }

  // Lines below the lowest curve of the orders that are seen; x rises, and orders are of its end.
  function slopes(x, curves, atStart) {
    const end = atStart ? 0 : x.length - 1, lines = [];
    for (let slope = 1; slope <= 8; slope++) {
      const seen = curves.filter((c) => c.order !== null && Math.abs(c.order - slope) < 0.5 && c.values[end] > 0);
      if (!seen.length) continue;
      const base = 0.6 * Math.min(...seen.map((c) => c.values[end]));
      lines.push({ label: 'slope ' + slope, reference: slope, values: x.map((v) => base * Math.pow(v / x[end], slope)) });
    }
    return lines;
  }

  // Rows of one quantity as curves, one for each variant and each value of the other parameters.
  function studyCurves(rows, at, along, labelOf, x) {
    const groups = new Map();
    rows.forEach((row) => {
      const label = labelOf(row);
      if (!groups.has(label)) groups.set(label, { label, points: new Map(), order: null, last: null });
      const group = groups.get(label), value = row[at + 2] === '' ? null : Number(row[at + 2]);
      group.points.set(along < 0 ? group.points.size + 1 : Number(row[along]), value);
      group.order = row[at + 4] === '' ? null : Number(row[at + 4]);
    });
    return [...groups.values()].map((g) => ({
      label: g.label, order: g.order, values: x.map((v) => (g.points.has(v) ? g.points.get(v) : null)),
    })).filter((c) => c.values.some((v) => v !== null));
  }

  function showStudy() {
    const { head, rows } = parseCsv(data.csv);
    const at = head.indexOf('variant'), parameters = head.slice(0, at);
    // orders are observed in the first parameter whose values change and are numbers
    const along = parameters.findIndex((p, i) =>
      new Set(rows.map((r) => r[i])).size > 1 && rows.every((r) => Number(r[i]) > 0));
    const varied = parameters.map((p, i) => i).filter((i) => i !== along && new Set(rows.map((r) => r[i])).size > 1);
    const many = new Set(rows.map((r) => r[at])).size > 1 || !varied.length;
    const labelOf = (row) => (many ? [row[at]] : []).concat(varied.map((i) => parameters[i] + ' = ' + row[i])).join(', ');
    const x = along < 0 ? [] : [...new Set(rows.map((r) => Number(r[along])))].sort((a, b) => a - b);
    const count = along < 0 ? Math.max(...[...new Set(rows.map(labelOf))].map((l) => rows.filter((r) => labelOf(r) === l && r[at + 1] === rows[0][at + 1]).length)) : 0;
    for (let i = 1; i <= count; i++) x.push(i);
    add(page, 'h2', 'Plots');
    const grid = add(page, 'div', undefined, 'plots');
    const isError = head[at + 2] === 'error';
    for (const quantity of new Set(rows.map((r) => r[at + 1]))) {
      const curves = studyCurves(rows.filter((r) => r[at + 1] === quantity), at, along, labelOf, x);
      const values = curves.flatMap((c) => c.values.filter((v) => v !== null));
      const changes = isError || Math.max(...values) > 10 * Math.min(...values);
      const log = along >= 0 && changes && values.every((v) => v > 0);
      const last = rows.filter((r) => r[at + 1] === quantity).map((r) => Number(r[along])).pop();
      const lines = log ? slopes(x, curves, last === x[0]) : [];
      const distance = /distance|mass of/.test(symbol(quantity));
      if (curves.length)
        draw(frame(grid, (isError && !distance ? 'Error in ' : '') + symbol(quantity)), along >= 0 ? parameters[along] : 'point', x,
          curves.concat(lines), { log: { x: along >= 0, y: log }, points: true,
            range: log || Math.min(...values) < 0 ? undefined : (u, low, high) => [0, 1.15 * high] });
    }
    add(page, 'h2', 'The table');
    add(page, 'pre', data.table);
    source('The study', data.model);
  }

  add(page, 'h1', data.kind === 'study' ? data.table.split('\n')[0] : data.title);
  if (data.kind === 'study') {
    const lines = data.table.split('\n'), missed = lines.filter((l) => /^NOT MET /.test(l));
    add(page, 'p', lines[1]);
    add(page, 'p', 'Shown: ' + lines[3] + '.');
    const met = lines.filter((l) => /^met /.test(l)).length;
    if (met && !missed.length) add(page, 'div', 'All ' + met + ' expectations of the study are met.', 'fine');
    missed.forEach((line) => add(page, 'div', line, 'warning'));
  } else {
    const warnings = data.summary.warnings || [];
    if (!warnings.length) add(page, 'div', 'The run ended with no warning.', 'fine');
    for (const warning of warnings) add(page, 'div', 'Warning: ' + warning, 'warning');
  }
  if (data.kind === 'study') showStudy(); else showRun();

  // The columns of the page are known only when all plots are there.
  function fit() {
    plots.forEach(({ plot, box, paint }) => {
      if (paint) paint();
      if (plot) plot.setSize({ width: box.clientWidth, height: height(box.clientWidth) });
    });
  }
  fit();
  let wait = 0;
  window.addEventListener('resize', () => {
    clearTimeout(wait);
    wait = setTimeout(fit, 100);
  });

  // report.html#check: counts what is drawn, for the tests.
  function check() {
    let drawn = 0;
    for (const { plot, canvas } of plots) {
      const c = canvas || plot.ctx.canvas;
      const pixels = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
      const colours = new Set();
      for (let i = 0; i < pixels.length; i += 4)
        if (pixels[i + 3] > 128) colours.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
      // an empty plot has grey text and grid only
      const coloured = [...colours].some((k) => Math.abs((k >> 16) - (k & 255)) > 40);
      if (coloured) drawn++;
    }
    const root = document.documentElement;
    document.body.dataset.plots = String(plots.length);
    document.body.dataset.drawn = String(drawn);
    document.body.dataset.width = String(root.clientWidth);
    document.body.dataset.scroll = String(Math.max(root.scrollWidth, document.body.scrollWidth) - root.clientWidth);
    if (window.parent !== window) window.parent.postMessage(Object.assign({}, document.body.dataset), '*');
  }
  if (location.hash === '#check') setTimeout(check, 300);
})();
