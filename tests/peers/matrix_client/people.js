// People on Matrix, driven over standard input and output: a JSON object a line.
//
//   > {"id": 1, "method": "login", "arguments": {"homeserver": "http://…", "user": "@anna:test", "password": "…"}}
//   < {"id": 1, "result": {"device": "ABCDEFG"}}
//   < {"person": "@anna:test", "event": {"room": "!…", "id": "$…", "sender": "@bot:test", "content": {…}, …}}
//
// Each person is cross-signed and strict: no keys are given to, and no messages are read from, a device that its owner
// has not signed.
import { createDecipheriv, createHash } from "node:crypto";
import { createInterface } from "node:readline";

console.log = console.info = console.debug = console.warn = console.error; // the standard output is for the lines

const sdk = await import("matrix-js-sdk");
const { OnlySignedDevicesIsolationMode } = await import("matrix-js-sdk/lib/crypto-api/index.js");
const { logger } = await import("matrix-js-sdk/lib/logger.js");
logger.setLevel("error");

const people = new Map();
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

async function login({ homeserver, user, password }) {
    const signedIn = await sdk
        .createClient({ baseUrl: homeserver })
        .loginRequest({ type: "m.login.password", identifier: { type: "m.id.user", user }, password });
    const client = sdk.createClient({
        baseUrl: homeserver,
        userId: signedIn.user_id,
        deviceId: signedIn.device_id,
        accessToken: signedIn.access_token,
        timelineSupport: true,
    });
    await client.initRustCrypto({ useIndexedDB: false });
    const crypto = client.getCrypto();
    crypto.setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());
    await crypto.bootstrapCrossSigning({
        authUploadDeviceSigningKeys: (upload) =>
            upload({ type: "m.login.password", identifier: { type: "m.id.user", user }, password }),
    });
    tell(client);
    await client.startClient({ initialSyncLimit: 50, threadSupport: true });
    await new Promise((ready) => client.on(sdk.ClientEvent.Sync, (state) => state === "PREPARED" && ready()));
    people.set(user, client);
    return { device: signedIn.device_id };
}

// Tells of each message that a person sees, once it is readable (or known to be unreadable), and of who types or has read.
function tell(client) {
    const person = client.getUserId();
    client.on(sdk.RoomEvent.Timeline, async (event, room, toStart) => {
        if (toStart || event.status) return;
        await client.decryptEventIfNeeded(event);
        await report(client, event, room.roomId);
    });
    client.on(sdk.MatrixEventEvent.Decrypted, async (event) => {
        if (!event.isDecryptionFailure()) await report(client, event, event.getRoomId());
    });
    client.on(sdk.RoomMemberEvent.Typing, (_, member) =>
        say({ person, typing: { room: member.roomId, user: member.userId, typing: member.typing } }),
    );
    client.on(sdk.RoomEvent.Receipt, (event, room) => say({ person, receipt: { room: room.roomId, read: event.getContent() } }));
}

const reported = new Set();

async function report(client, event, room) {
    const unreadable = event.isDecryptionFailure();
    const key = `${client.getUserId()} ${event.getId()} ${unreadable}`;
    if (reported.has(key)) return;
    reported.add(key);
    const protection = await client.getCrypto().getEncryptionInfoForEvent(event);
    say({
        person: client.getUserId(),
        event: {
            room,
            id: event.getId(),
            sender: event.getSender(),
            type: event.getType(),
            content: event.getOriginalContent(),
            relation: event.getWireContent()["m.relates_to"] ?? null,
            redacts: event.event.redacts ?? event.getWireContent().redacts ?? null,
            encrypted: event.isEncrypted(),
            unreadable,
            warning: protection?.shieldColour ? protection.shieldReason : null,
        },
    });
}

async function download({ person, file }) {
    const client = people.get(person);
    const address = client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true);
    const response = await fetch(address, { headers: { Authorization: `Bearer ${client.getAccessToken()}` } });
    if (!response.ok) throw new Error(`the download failed: ${response.status}`);
    const data = Buffer.from(await response.arrayBuffer());
    return { base64: (file.key ? decrypted(data, file) : data).toString("base64"), encrypted: Boolean(file.key) };
}

function decrypted(data, file) {
    const hash = createHash("sha256").update(data).digest("base64").replace(/=+$/, "");
    if (hash !== file.hashes.sha256) throw new Error("the file is not the one that was sent");
    const decipher = createDecipheriv("aes-256-ctr", Buffer.from(file.key.k, "base64url"), Buffer.from(file.iv, "base64"));
    return Buffer.concat([decipher.update(data), decipher.final()]);
}

const methods = {
    login,
    download,
    logout: ({ person }) => people.get(person).logout(true),
    createRoom: async ({ person, options }) => (await people.get(person).createRoom(options)).room_id,
    join: async ({ person, room }) => (await people.get(person).joinRoom(room)).roomId,
    invite: ({ person, room, user }) => people.get(person).invite(room, user),
    leave: ({ person, room }) => people.get(person).leave(room),
    upgrade: async ({ person, room, version }) => (await people.get(person).upgradeRoom(room, version)).replacement_room,
    send: async ({ person, room, type, content }) =>
        (await people.get(person).sendEvent(room, null, type, content)).event_id,
    sendRaw: ({ person, room, type, content }) =>
        people.get(person).http.authedRequest(
            "PUT",
            `/rooms/${encodeURIComponent(room)}/send/${type}/${Math.random()}`,
            undefined,
            content,
        ),
    wire: async ({ person, room, event }) => (await people.get(person).fetchRoomEvent(room, event)).content,
    toDevice: ({ person, type, messages }) =>
        people.get(person).http.authedRequest("PUT", `/sendToDevice/${type}/${Math.random()}`, undefined, { messages }),
    sendState: ({ person, room, type, content }) => people.get(person).sendStateEvent(room, type, content, ""),
    redact: async ({ person, room, event }) => (await people.get(person).redactEvent(room, event)).event_id,
    members: ({ person, room }) =>
        people.get(person).getRoom(room)?.getMembers().map((member) => [member.userId, member.membership]) ?? [],
    keys: async ({ person, user, device }) => {
        const found = await people
            .get(person)
            .http.authedRequest("POST", "/keys/query", undefined, { device_keys: { [user]: [] } });
        return [
            found.device_keys[user][device].keys[`ed25519:${device}`],
            ...Object.values(found.master_keys[user].keys),
        ];
    },
};

createInterface({ input: process.stdin })
    .on("line", async (line) => {
        const { id, method, arguments: given } = JSON.parse(line);
        try {
            say({ id, result: (await methods[method](given)) ?? null });
        } catch (error) {
            say({ id, error: String(error?.message ?? error) });
        }
    })
    .on("close", () => process.exit(0));
say({ ready: true });
