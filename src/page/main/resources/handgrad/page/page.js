"use strict";
// Draws the page that stands in the element #data, or comes from data.json while it is live. All text goes in as text.
(() => {
  const main = document.getElementById("main");
  const contents = document.getElementById("contents");
  const status = document.getElementById("status");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const POLL_MILLISECONDS = 1000;
  const CHART_HEIGHT = 280;
  const MAP_HEIGHT = 520;

  /** The uPlot of every chart, by the chart's title. */
  const plots = new Map();
  window.handgrad = { plots };

  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    Object.assign(made, properties);
    made.append(...children);
    return made;
  }

  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const numberFormat = new Intl.NumberFormat("en", { maximumSignificantDigits: 5 });
  const format = value => (value == null ? "–" : numberFormat.format(value).replace("-", "−"));
  const shortFormat = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  const slug = title => title.toLowerCase().replace(/[^a-z0-9]+/g, "-");

  /** What a drawing shows, for who cannot see it. */
  function describe(canvas, { title, description }) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", title + ". " + description);
  }

  const makers = { sentence, table, chart, image, words, shadedtext, command, logbars, landscape };

  function sentence({ verdict, text }) {
    const badge = { good: "good", bad: "check" }[verdict];
    const paragraph = element("p", { className: "sentence " + verdict });
    if (badge) {
      paragraph.append(element("strong", { textContent: badge }), " ");
    }
    paragraph.append(text);
    return paragraph;
  }

  function table({ caption, columns, rows }) {
    // A number, numbers in a row such as "3.2 % (2.5–4.1)", or the dash of a missing one.
    const one = "[−+]?[\\d.,]+(e[−+]?\\d+)?( %)?";
    const numbers = new RegExp(`^${one}([ (–]+${one}\\)?)*$|^–$`);
    const isNumber = text => numbers.test(text);
    const cell = (text, column) => {
      const made = element(column === 0 ? "th" : "td", { textContent: text });
      if (column === 0) {
        made.scope = "row";
      } else if (titled && isNumber(text)) {
        made.className = "number";
      }
      return made;
    };
    const titled = columns.some(title => title !== "");
    const numeric = columns.map((_, column) => titled && column > 0 && rows.length > 0 && rows.every(row => isNumber(row[column])));
    const head = element("tr", {}, ...columns.map((title, column) =>
      element("th", { textContent: title, scope: "col", className: numeric[column] ? "number" : "" })));
    return element("div", { className: "table" }, element("table", { className: titled ? "" : "facts" },
      element("caption", { textContent: caption }),
      element("thead", { hidden: !titled }, head),
      element("tbody", {}, ...rows.map(row => element("tr", {}, ...row.map(cell))))));
  }

  function command({ text }) {
    return element("pre", { tabIndex: 0 }, element("code", { textContent: text }));
  }

  function words({ words }) {
    return element("ul", { className: "words" }, ...words.map(({ text, mark }) =>
      element("li", { className: slug(mark) },
        element("span", { textContent: text || "(empty)", dir: "auto" }), " ", element("small", { textContent: mark }))));
  }

  function shadedtext({ title, description, parts }) {
    const text = element("p", {}, ...parts.map(({ text, strength, note }) => {
      const part = element("span", { textContent: text, title: note });
      part.style.setProperty("--strength", 100 * strength + "%");
      return part;
    }));
    text.setAttribute("role", "group");
    text.setAttribute("aria-label", title + ". " + description);
    return element("figure", { className: "shaded" }, element("figcaption", { textContent: title }), text);
  }

  function image({ title, description, rows, columns, values, columnLetters }) {
    const canvas = element("canvas", { width: columns, height: rows });
    describe(canvas, { title, description });
    const finite = values.filter(value => value != null);
    const least = Math.min(...finite);
    const range = Math.max(...finite) - least || 1;
    const pixels = new ImageData(columns, rows);
    values.forEach((value, i) => {
      const grey = value == null ? 0 : Math.round(255 * (value - least) / range);
      pixels.data.set([grey, grey, grey, 255], 4 * i);
    });
    canvas.getContext("2d").putImageData(pixels, 0, 0);
    const letters = element("div", { className: "letters", ariaHidden: "true" },
      ...columnLetters.map(letter => element("span", { textContent: letter })));
    const picture = element("div", {}, canvas, letters);
    const figure = element("figure", { className: "image" },
      element("figcaption", { textContent: title }), element("div", { className: "scroll" }, picture));
    // Each letter has its room: where there are many, the picture is wider, and scrolls when the page is not.
    picture.style.minWidth = columnLetters.length + "rem";
    figure.style.maxWidth = Math.max(34, columnLetters.length) + "rem";
    return figure;
  }

  /** Bars of a logarithmic scale, as long as their digits are many. */
  function logbars({ title, description, bars }) {
    const most = Math.log(Math.max(10, ...bars.map(({ value }) => value)));
    const rows = bars.map(({ label, value, text }) => {
      const bar = element("span", { className: "bar" });
      bar.style.width = Math.max(0.5, 100 * Math.log(Math.max(1, value)) / most) + "%";
      return element("div", { role: "listitem" },
        element("span", { textContent: label }), element("span", { className: "track" }, bar), element("span", { textContent: text }));
    });
    const list = element("div", { className: "bars" }, ...rows);
    list.setAttribute("role", "list");
    list.setAttribute("aria-label", title + ". " + description);
    return element("figure", {}, element("figcaption", { textContent: title }), list);
  }

  const LANDSCAPE_WIDTH = 1080;
  const LANDSCAPE_HEIGHT = 720;

  function landscape(block) {
    const { title, xLabel, yLabel, xRange, yRange, paths } = block;
    const canvas = element("canvas", { width: LANDSCAPE_WIDTH, height: LANDSCAPE_HEIGHT });
    describe(canvas, block);
    const ctx = canvas.getContext("2d");
    drawHeights(ctx, block);
    paths.forEach((path, i) => drawPath(ctx, block, path, color("--series").split(" ")[1 + i]));
    const end = value => format(Number(value.toPrecision(3)));
    const ends = range => element("span", { className: "ends" },
      ...range.map(value => element("span", { textContent: end(value) })));
    return element("figure", { className: "landscape" },
      element("figcaption", { textContent: title }),
      element("p", { textContent: yLabel + ", from " + end(yRange[0]) + " below to " + end(yRange[1]) + " above" }),
      canvas, ends(xRange), element("p", { textContent: xLabel }),
      ...paths.map(({ label }) => element("p", { textContent: label + ", from the dot to the ring" })));
  }

  /** Bands of heights, the lower the lighter, each ended by a line. */
  function drawHeights(ctx, { rows, heights }) {
    const columns = heights.length / rows;
    const greatest = Math.max(...heights);
    const height = (x, y) => {
      const column = Math.min(columns - 2, Math.floor(x));
      const row = Math.min(rows - 2, Math.floor(y));
      const at = (i, j) => heights[i * columns + j];
      const blend = i => at(i, column) * (column + 1 - x) + at(i, column + 1) * (x - column);
      return blend(row) * (row + 1 - y) + blend(row + 1) * (y - row);
    };
    const { width, height: tall } = ctx.canvas;
    const bands = Array.from({ length: tall }, (_, y) => Array.from({ length: width }, (_, x) =>
      Math.floor(height(x / (width - 1) * (columns - 1), y / (tall - 1) * (rows - 1)))));
    const pixels = ctx.createImageData(width, tall);
    const [low, high] = dark.matches && !document.documentElement.classList.contains("paper") ? [64, 24] : [250, 150];
    bands.forEach((row, y) => row.forEach((band, x) => {
      const edge = band !== row[x + 1] && x + 1 < width || y + 1 < tall && band !== bands[y + 1][x];
      const grey = Math.round(low + (high - low) * Math.sqrt(band / greatest)) - (edge ? 14 : 0);
      pixels.data.set([grey, grey, grey, 255], 4 * (y * width + x));
    }));
    ctx.putImageData(pixels, 0, 0);
  }

  function drawPath(ctx, { xRange, yRange }, { x, y }, stroke) {
    const { width, height } = ctx.canvas;
    const point = i => [width * (x[i] - xRange[0]) / (xRange[1] - xRange[0]), height * (yRange[1] - y[i]) / (yRange[1] - yRange[0])];
    const dot = (i, radius, fill) => {
      ctx.beginPath();
      ctx.arc(...point(i), radius, 0, 2 * Math.PI);
      fill ? ctx.fill() : ctx.stroke();
    };
    Object.assign(ctx, { strokeStyle: stroke, fillStyle: stroke, lineWidth: 4, lineJoin: "round" });
    ctx.beginPath();
    x.forEach((_, i) => ctx.lineTo(...point(i)));
    ctx.stroke();
    x.forEach((_, i) => dot(i, 5, true));
    dot(0, 10, true);
    dot(x.length - 1, 14, false);
  }

  const DASHES = [[], [8, 4], [2, 3]];

  /** What uPlot is told of a series; the colours come round again with another dash. */
  function seriesOptions({ label, style }, index, pointSize) {
    const palette = color("--series").split(" ");
    const stroke = style === "reference" ? color("--muted") : palette[index % palette.length];
    const options = { label, stroke, width: 2, value: (_, value) => format(value), points: { show: false } };
    if (style === "reference") {
      return { ...options, width: 1, dash: [4, 4] };
    }
    if (style === "line") {
      return { ...options, dash: DASHES[Math.floor(index / palette.length) % DASHES.length] };
    }
    if (style === "bars") {
      return { ...options, width: 0, fill: stroke, paths: uPlot.paths.bars({ size: [0.9, Infinity] }) };
    }
    return { ...options, paths: () => null, points: { show: style === "points", size: pointSize, width: 0, fill: stroke } };
  }

  function drawLetters(plot, series) {
    const { ctx } = plot;
    ctx.save();
    ctx.fillStyle = color("--text");
    ctx.font = `600 ${15 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const { letters, x, y } of series) {
      letters.forEach((letter, i) =>
        ctx.fillText(letter, plot.valToPos(x[i], "x", true), plot.valToPos(y[i], "y", true)));
    }
    ctx.restore();
  }

  function dataOf(series) {
    return series.length === 1
      ? [series[0].x, series[0].y]
      : uPlot.join(series.map(({ x, y }) => [x, y]));
  }

  /** As wide as the page; a map of letters is almost a square. */
  function sizeOf(frame) {
    const width = main.clientWidth;
    const isMap = frame.series.some(({ style }) => style === "letters");
    return { width, height: isMap ? Math.min(width, MAP_HEIGHT) : CHART_HEIGHT };
  }

  /** Room beside points and letters that lie on the edge; a curve may touch it. */
  function rangeOfX(frame, logarithmic, names) {
    const isCurve = frame.series.some(({ style }) => style === "line");
    return (_, least, greatest) => {
      if (names) {
        return [-0.5, names.length - 0.5];
      }
      if (logarithmic) {
        const factor = isCurve ? 1 : 1.25;
        return [least / factor, greatest * factor];
      }
      const room = isCurve ? 0 : 0.04 * (greatest - least || 1);
      return [least - room, greatest + room];
    };
  }

  /** A legend can show values under the cursor where every curve has one there. */
  function sharesX(series) {
    const curves = series.filter(({ style }) => style !== "reference");
    return curves.every(({ x, style }) => style !== "letters" && x.length === curves[0].x.length
      && x.every((value, i) => value === curves[0].x[i]));
  }

  /** Where a logarithmic axis has its marks: at 1, 2 and 5 of each power of ten, or over many powers at 1 alone. */
  function logarithmicSplits(least, greatest) {
    const from = Math.floor(Math.log10(least));
    const to = Math.ceil(Math.log10(greatest));
    const steps = to - from > 4 ? [1] : [1, 2, 5];
    return Array.from({ length: to - from + 1 }, (_, i) => steps.map(step => step * 10 ** (from + i))).flat()
      .filter(value => value >= least && value <= greatest);
  }

  /** Whether a logarithmic axis is worth it: over less than a power of ten it has too few marks to read a value by. */
  function spansPowerOfTen(frames) {
    let [least, greatest] = [Infinity, 0];
    for (const y of frames.flatMap(({ series }) => series).flatMap(series => series.y)) {
      if (y > 0) {
        least = Math.min(least, y);
        greatest = Math.max(greatest, y);
      }
    }
    return greatest >= 10 * least;
  }

  function newPlot(box, block, frame) {
    const { xLabel, yLabel, xLogarithmic, xNames } = block;
    const yLogarithmic = block.yLogarithmic && spansPowerOfTen(block.frames);
    const axis = (label, size, space, logarithmic) => ({
      label, size, space, labelSize: 22, labelFont: "13px system-ui, sans-serif", font: "12px system-ui, sans-serif",
      stroke: color("--text"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line"), width: 1 },
      values: (_, splits) => splits.map(value =>
        (value == null ? "" : logarithmic ? shortFormat.format(value) : format(value))),
      ...(logarithmic && {
        splits: (_, __, least, greatest) => logarithmicSplits(least, greatest),
        filter: (_, splits) => splits,
      }),
    });
    // Long numbers take more room beside the axis.
    const roomFor = (_, values) => Math.max(56, ...(values ?? []).map(value => 20 + 7 * value.length));
    const named = xNames && {
      splits: () => xNames.map((_, i) => i),
      values: () => xNames,
      ...(8 * xNames.join("  ").length > main.clientWidth
        && { rotate: -40, size: 24 + 5 * Math.max(...xNames.map(name => name.length)) }),
    };
    const xText = value => xNames?.[value] ?? format(value);
    let colored = 0;
    const plot = new uPlot({
      ...sizeOf(frame),
      scales: {
        x: { time: false, distr: xLogarithmic ? 3 : 1, range: rangeOfX(frame, xLogarithmic, xNames) },
        y: { distr: yLogarithmic ? 3 : 1 },
      },
      axes: [{ ...axis(xLabel, 34, 60, xLogarithmic), ...named }, axis(yLabel, roomFor, 34, yLogarithmic)],
      series: [{ label: xLabel, value: (_, value) => (value == null ? "–" : xText(value)) },
        ...frame.series.map(series =>
          seriesOptions(series, series.style === "reference" ? 0 : colored++, xNames || xLogarithmic ? 9 : 5))],
      legend: {
        live: sharesX(frame.series),
        show: frame.series.length > 1 || sharesX(frame.series),
        markers: { dash: (self, i) => (self.series[i].dash?.length > 0 ? "dashed" : "solid") },
      },
      cursor: { y: false, points: { show: sharesX(frame.series) } },
      hooks: { draw: [self => drawLetters(self, self.shown.series)] },
    }, null, box);
    plot.shown = frame;
    plot.setData(dataOf(frame.series));
    for (const entry of box.querySelectorAll(".u-legend th")) {
      entry.tabIndex = 0;
      entry.addEventListener("keydown", event => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          entry.click();
        }
      });
    }
    return plot;
  }

  function chart(block) {
    const box = element("div", { className: "chart" });
    const slider = element("input", { type: "range", min: 0 });
    const shown = element("output");
    const frames = element("label", { className: "frames" }, slider, shown);
    const figure = element("figure", {}, element("figcaption", { textContent: block.title }), box, frames);
    let plot = null;

    function show() {
      const frame = block.frames[slider.value];
      const sameSeries = plot !== null
        && JSON.stringify(plot.shown.series.map(({ label }) => label)) === JSON.stringify(frame.series.map(({ label }) => label));
      shown.textContent = frame.label;
      slider.setAttribute("aria-valuetext", frame.label);
      slider.setAttribute("aria-label", "Which " + block.title.toLowerCase());
      if (sameSeries) {
        plot.shown = frame;
        plot.setData(dataOf(frame.series));
      } else {
        plot?.destroy();
        plot = newPlot(box, block, frame);
        plots.set(block.title, plot);
      }
      describe(box.querySelector("canvas"), block);
    }

    /** Shows newer data in place; a slider at its end follows. */
    figure.update = newer => {
      const follows = plot === null || Number(slider.value) === block.frames.length - 1;
      block = newer;
      slider.max = block.frames.length - 1;
      if (follows) {
        slider.value = block.frames.length - 1;
      }
      frames.hidden = block.frames.length < 2;
      show();
    };
    slider.addEventListener("input", show);
    figure.update(block);
    return figure;
  }

  /** Makes the children of `parent` show `items`; what has not changed stays as it is, and so does the scroll position. */
  function sync(parent, items, make) {
    items.forEach((item, i) => {
      const old = parent.children[i];
      const source = JSON.stringify(item);
      if (old?.source === source) {
        return;
      }
      if (old?.update && old.key === (item.title ?? "")) {
        old.update(item);
        old.source = source;
        return;
      }
      const made = make(item);
      made.key = item.title ?? "";
      made.source = source;
      if (old) {
        old.replaceWith(made);
      } else {
        parent.append(made);
      }
    });
    while (parent.children.length > items.length) {
      parent.lastElementChild.remove();
    }
  }

  function section({ title, blocks }) {
    const body = element("div");
    const made = element("section", { id: slug(title) }, element("h2", { textContent: title }), body);
    made.update = newer => sync(body, newer.blocks, block => makers[block.kind](block));
    made.update({ blocks });
    return made;
  }

  function link({ title }) {
    return element("a", { href: "#" + slug(title), textContent: title });
  }

  function show(page) {
    document.title = page.title;
    document.getElementById("title").textContent = page.title;
    if (status.textContent !== page.status) {
      status.textContent = page.status;
    }
    sync(contents, page.sections.map(({ title }) => ({ title })), link);
    sync(main, page.sections, section);
  }

  let page = JSON.parse(document.getElementById("data").textContent);

  function redraw() {
    plots.clear();
    main.replaceChildren();
    show(page);
  }

  async function poll() {
    try {
      const response = await fetch("data.json", { cache: "no-store" });
      if (!response.ok) {
        throw new Error(response.status);
      }
      page = await response.json();
      show(page);
      if (page.live) {
        setTimeout(poll, POLL_MILLISECONDS);
      }
    } catch {
      status.textContent = "The training has ended or was stopped; this page shows what it last heard.";
    }
  }

  show(page);
  new ResizeObserver(() => plots.forEach(plot => plot.setSize(sizeOf(plot.shown))))
    .observe(main);
  dark.addEventListener("change", redraw);
  // Paper is light: page.css knows by itself, but a chart is already drawn.
  addEventListener("beforeprint", () => { document.documentElement.classList.add("paper"); redraw(); });
  addEventListener("afterprint", () => { document.documentElement.classList.remove("paper"); redraw(); });
  if (page.live) {
    setTimeout(poll, POLL_MILLISECONDS);
  }
})();
