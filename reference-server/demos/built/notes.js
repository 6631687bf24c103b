(function() {
	// demos/notes/browser/list.ts
	function make(name, text, className = "") {
		const element = document.createElement(name);
		element.textContent = text;
		element.className = className;
		return element;
	}
	function makeAttachment({ id, name, type, bytes }) {
		const item = document.createElement("li");
		const link = document.createElement("a");
		link.href = `/notes/attachments/${id}`;
		link.textContent = name;
		item.append(link, " ", make("span", `${type}, ${bytes} bytes`, "muted"));
		return item;
	}
	function makeNote({ title, body, created_at, attachments }) {
		const item = make("li", "", "card");
		const time = document.createElement("time");
		time.dateTime = created_at;
		time.textContent = new Date(created_at).toLocaleString();
		time.className = "muted";
		item.append(make("h3", title), time);
		if (body) {
			const text = make("p", body);
			text.style.whiteSpace = "pre-wrap";
			item.append(text);
		}
		if (attachments.length > 0) {
			const list = document.createElement("ul");
			list.setAttribute("aria-label", "Attachments");
			list.append(...attachments.map(makeAttachment));
			item.append(list);
		}
		return item;
	}
	/** Shows these notes in place of those that are there. */
	function showNotes(notes) {
		document.querySelector("#notes")?.replaceChildren(...notes.map(makeNote));
		document.querySelector("#none")?.toggleAttribute("hidden", notes.length > 0);
	}
	// demos/notes/browser/page.ts
	const longestWaitMs = 3e4;
	/** This page's own id: it keeps its client id with every token. */
	const page = [...crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
	/** What is open, or comes back by itself. */
	let socket;
	let failures = 0;
	let isWanted = false;
	let isLoading = false;
	function show(id, text) {
		const element = document.querySelector(`#${id}`);
		if (element) element.textContent = text;
	}
	function showState(state, text) {
		const element = document.querySelector("#state");
		if (!element || element.textContent === text) return;
		element.dataset.state = state;
		element.textContent = text;
	}
	function showOpen() {
		showState("open", "Connected");
		show("error", "");
	}
	function showSignedOut() {
		show("error", "Your session is over: load the page again and sign in.");
	}
	/** Loads the list, and once more where a note came while it was on its way. */
	async function loadNotes() {
		isWanted = true;
		if (isLoading) return;
		isLoading = true;
		try {
			while (isWanted) {
				isWanted = false;
				const answer = await fetch("/notes/list");
				if (answer.status === 401) return showSignedOut();
				if (!answer.ok) throw new Error(`the list was refused with ${answer.status}`);
				const { user, notes } = await answer.json();
				if (user !== document.querySelector("#notes")?.dataset.user) return location.reload();
				showNotes(notes);
			}
		} catch (cause) {
			isWanted = true;
			show("error", `The notes could not be loaded: ${cause.message}`);
		} finally {
			isLoading = false;
		}
	}
	/** Tries again later, so that the page comes back by itself. */
	function tryLater(why) {
		const waitMs = Math.min(longestWaitMs, 1e3 * 2 ** failures);
		failures += 1;
		showState("connecting", "Connecting again soon");
		show("error", why);
		setTimeout(connect, waitMs);
	}
	async function connect() {
		const answer = await fetch(`/notify_token?page=${page}`).catch(() => void 0);
		if (answer?.status === 401) {
			showState("closed", "Not connected");
			showSignedOut();
			return;
		}
		if (!answer?.ok) {
			tryLater(answer ? `No token: the notes answered ${answer.status}.` : "The notes are away.");
			return;
		}
		const { token } = await answer.json();
		openChannel(token);
	}
	function openChannel(token) {
		const opened = new goog.appengine.Channel(token).open();
		socket = opened;
		opened.onopen = () => {
			failures = 0;
			showOpen();
			loadNotes();
		};
		opened.onreconnect = ({ resumed }) => {
			showOpen();
			if (!resumed || isWanted) loadNotes();
		};
		opened.onmessage = ({ data }) => {
			show("notice", `Pushed: “${JSON.parse(data)}” This page did that by itself.`);
			loadNotes();
		};
		opened.onerror = ({ code, description }) => {
			socket = void 0;
			if (code === 401) connect();
			else {
				showState("closed", "Not connected");
				show("error", `The channel ended: ${description} (${code}). Load the page again.`);
			}
		};
		opened.onclose = () => {
			if (socket === opened) showState("closed", "Not connected");
		};
	}
	showState("connecting", "Connecting");
	loadNotes();
	connect();
	setInterval(() => {
		if (socket?.readyState === 0) showState("connecting", "Connecting again");
		if (socket?.readyState === 1) showState("open", "Connected");
	}, 1e3);
})();
