(function() {
	// demos/push-chat/browser/view.ts
	/** The elements of the page by what they are for. */
	const elements = {
		entrance: find("entrance", HTMLElement),
		login: find("login-form", HTMLFormElement),
		room: find("room", HTMLElement),
		send: find("send-form", HTMLFormElement),
		message: find("message", HTMLInputElement)
	};
	const state = find("state", HTMLElement);
	const error = find("error", HTMLElement);
	const users = find("users", HTMLElement);
	const messages = find("messages", HTMLElement);
	function find(id, kind) {
		const element = document.getElementById(id);
		if (element instanceof kind) return element;
		throw new Error(`the page has no ${id}`);
	}
	/** Says where the connection is in its life. */
	function showState(kind, text) {
		if (state.textContent === text) return;
		state.dataset.state = kind;
		state.textContent = text;
	}
	/** Says what went wrong, or with an empty text that nothing is wrong any more. */
	function showError(text) {
		error.textContent = text;
	}
	/** Shows who is here; `own` is this page's client id. */
	function showUsers(present, own) {
		users.replaceChildren(...present.map(({ client_id: clientId, ip }) => {
			const name = clientId === own ? "you" : shorten(clientId);
			const item = write("span", ip === void 0 ? name : `${name} ${ip}`, "badge");
			item.title = clientId;
			item.role = "listitem";
			return item;
		}));
	}
	/** Shows these messages and no others. */
	function showMessages(all, own) {
		messages.replaceChildren(...all.map((message) => writeMessage(message, own)));
		messages.scrollTop = messages.scrollHeight;
	}
	/** Adds one message below the others. */
	function addMessage(message, own) {
		const line = writeMessage(message, own);
		line.classList.add("new");
		messages.append(line);
		messages.scrollTop = messages.scrollHeight;
	}
	function writeMessage({ value, client_id: clientId, datetime, ip }, own) {
		const time = document.createElement("time");
		time.dateTime = datetime;
		time.title = datetime;
		time.textContent = datetime.slice(11, 19);
		const who = write("span", clientId === own ? "you" : shorten(clientId), "who");
		who.title = ip === void 0 ? clientId : `${clientId} ${ip}`;
		const line = document.createElement("p");
		line.append(time, " ", who, " ", write("bdi", value));
		return line;
	}
	function write(kind, text, className = "") {
		const element = document.createElement(kind);
		element.textContent = text;
		element.className = className;
		return element;
	}
	/** Enough of a client id to tell people apart. */
	function shorten(clientId) {
		return clientId.replace(/^push-/, "").slice(0, 6);
	}
	// demos/push-chat/browser/page.ts
	const keptName = "push-chat";
	/** Every text that is shown, in its order; the latest come both with the history and as they are pushed. */
	let shown = [];
	let self;
	let socket;
	async function demand(request) {
		const answer = await request;
		if (socket?.readyState === 1) showState("open", "Connected");
		if (answer.ok) return answer;
		const { detail } = await answer.json().catch(() => ({}));
		throw Object.assign(new Error(detail ?? `the server answered ${answer.status}`), { status: answer.status });
	}
	function tell(what) {
		return (cause) => {
			const isAway = cause instanceof TypeError;
			if (isAway && socket) showState("connecting", "Connecting");
			const why = isAway ? "the server cannot be reached; try again in a moment" : cause;
			showError(`${what}: ${why instanceof Error ? why.message : why}.`);
		};
	}
	async function signIn() {
		elements.entrance.hidden = true;
		showState("connecting", "Signing in");
		try {
			const { users, ...login } = await (await demand(fetch("/login", { cache: "no-store" }))).json();
			self = login;
			showUsers(users, login.client_id);
			open(login);
		} catch (cause) {
			leave("Not signed in");
			tell("You could not sign in")(cause);
		}
	}
	function leave(state) {
		const left = socket;
		socket = void 0;
		self = void 0;
		left?.close();
		elements.entrance.hidden = false;
		showState("closed", state);
	}
	/** Opens the channel of a sign-in; one that was open is over. */
	function open({ token }) {
		elements.entrance.hidden = true;
		elements.room.hidden = false;
		showState("connecting", "Connecting");
		const left = socket;
		let opened;
		const isCurrent = () => opened === socket;
		opened = new goog.appengine.Channel(token).open({
			onopen() {
				if (!isCurrent()) return;
				showState("open", "Connected");
				showError("");
				catchUp();
			},
			onmessage({ data }) {
				if (isCurrent()) receive(data);
			},
			onerror({ code, description }) {
				if (!isCurrent()) return;
				socket = void 0;
				if (code === 401) signIn();
				else {
					leave("Disconnected");
					showError(`The channel is closed: ${description}. Sign in to come back.`);
				}
			},
			onclose() {
				if (isCurrent()) leave("Disconnected");
			}
		});
		opened.onreconnect = ({ resumed }) => {
			if (!isCurrent()) return;
			showState("open", "Connected");
			showError("");
			if (!resumed) catchUp();
		};
		socket = opened;
		left?.close();
	}
	function receive(text) {
		const own = self?.client_id ?? "";
		const { message, users } = JSON.parse(text);
		if (users) showUsers(users, own);
		if (!message || shown.includes(text)) return;
		shown = [...shown, text].slice(-500);
		addMessage(message, own);
	}
	/** Shows the stored messages and who is here; who is known no longer signs in again. */
	async function catchUp() {
		if (!self) return;
		const { client_id: own } = self;
		const query = `?client_id=${encodeURIComponent(own)}`;
		try {
			const [history, users] = await Promise.all(["/push/history", "/push/users"].map((path) => demand(fetch(path + query))));
			const texts = await history?.json();
			if (own !== self?.client_id) return;
			shown = [...texts, ...shown.filter((text) => !texts.includes(text))].sort(byTime);
			showMessages(shown.map((text) => JSON.parse(text).message), own);
			receive(await users?.text() ?? "");
		} catch (cause) {
			if (cause.status === 403) await signIn();
			else tell("The earlier messages did not come")(cause);
		}
	}
	function byTime(one, other) {
		const at = (text) => Date.parse(JSON.parse(text).message.datetime);
		return at(one) - at(other);
	}
	async function post(value) {
		if (!self) return;
		const body = new URLSearchParams({
			...self,
			value
		});
		await demand(fetch(`/post?time=${Date.now()}`, {
			method: "POST",
			body
		}));
	}
	elements.login.addEventListener("submit", (event) => {
		event.preventDefault();
		showError("");
		signIn().then(() => elements.message.focus());
	});
	elements.send.addEventListener("submit", (event) => {
		event.preventDefault();
		const { value } = elements.message;
		post(value).catch(async (cause) => {
			if (cause.status !== 403) throw cause;
			await signIn();
			await post(value);
		}).then(() => {
			showError("");
			if (elements.message.value === value) elements.message.value = "";
		}).catch(tell("Your message was not sent"));
	});
	addEventListener("pagehide", () => {
		if (self) sessionStorage.setItem(keptName, JSON.stringify(self));
	});
	addEventListener("pageshow", () => sessionStorage.removeItem(keptName));
	const kept = sessionStorage.getItem(keptName);
	if (kept === null) showState("closed", "Not signed in");
	else {
		self = JSON.parse(kept);
		open(self);
	}
	setInterval(() => {
		if (socket?.readyState === 0) showState("connecting", "Connecting");
	}, 250);
})();
