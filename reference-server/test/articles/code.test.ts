import { expect, test } from 'vitest'
import { readNotesCode } from '../../articles/code/notes.ts'
import { fillInHost, readPushChatCode } from '../../articles/code/push-chat.ts'
import { readSimpleChatCode } from '../../articles/code/simple-chat.ts'

const PUSH_CHAT = `Some words.

document.loginForm.onsubmit=login;

/** A remark. */
function login(event){
  ask('http://{アプリケーション名}.appspot.com/login', function(){ initialize() })
}
More words.
function initialize(){
  if (true) {
  }
}
function receive(event){
}
document.sendForm.onsubmit=send;
function send(event){
}
function other(){
}
`

const SIMPLE_CHAT = `Words.
var chat_token = 'first';
socket.onclose = function(){
};

Words.
$('#send').click(function(){
  post({ a: 1 }, function(){
  });
});
Words.
$(window).unload(function (){
});
$('#never').shown();
`

const NOTES = `Words.
\`\`\`py
(function () {
  var init = function() {
  };
  init();
}());
\`\`\`
\`\`\`py
(function () {
  var setupChannel = function(token) {
    socket.onopen = function() {
      opened();
    };

    socket.onclose = function() {
      closed();
    };
  };
  var init = function() {
    request.onload = function () {
    };
  };
  init();
}());
\`\`\`
\`\`\`py
    socket.onopen = function() {
      opened();
    };

    socket.onerror = function(err) {
      failed();
    };

    socket.onclose = function() {
      closed();
    };
\`\`\`
\`\`\`py
    socket.onopen = function() {
      opened();
    };

    socket.onmessage = function(msg) {
      heard();
    };
\`\`\`
`

test('the push chat is its handlers and functions alone, with a host where the article leaves it open', () => {
  const code = fillInHost(readPushChatCode(PUSH_CHAT), '127.0.0.1:8080')
  expect(code.split('\n').slice(0, 4)).toEqual([
    'document.loginForm.onsubmit=login;',
    'function login(event){',
    "  ask('http://127.0.0.1:8080/login', function(){ initialize() })",
    '}',
  ])
  expect(code).toContain('function send(')
  expect(code).not.toContain('ords')
  expect(code).not.toContain('function other')
})

test('the simple chat is its socket, its send button and its leaving', () => {
  expect(readSimpleChatCode(SIMPLE_CHAT).replaceAll(/^\s*\n/gm, '')).toBe(
    SIMPLE_CHAT.split('\n')
      .filter((line) => line && !line.startsWith('Words') && !line.includes('#never'))
      .join('\n'),
  )
})

test('a space that a web page does not break is found as a space and kept as it is', () => {
  const code = readSimpleChatCode(SIMPLE_CHAT.replace('var chat_token', 'var\u00a0chat_token'))
  expect(code).toContain('var\u00a0chat_token')
})

test('the notes client is its whole listing with the handlers that later listings add, each in its place', () => {
  const code = readNotesCode(NOTES)
  const order = ['opened()', 'heard()', 'failed()', 'closed()', 'request.onload', 'init();']
  expect(order.map((word) => code.split(word).length - 1)).toEqual([1, 1, 1, 1, 1, 1])
  const places = order.map((word) => code.indexOf(word))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(code).not.toContain('py')
})

test.each([
  ['push chat', () => readPushChatCode(PUSH_CHAT.replace('function receive', 'function hear'))],
  ['simple chat', () => readSimpleChatCode(SIMPLE_CHAT.replace('$(window)', '$(document)'))],
  ['notes', () => readNotesCode(NOTES.replace('socket.onerror', 'socket.onfailure'))],
  ['notes of another text', () => readNotesCode(PUSH_CHAT)],
])('a text without a part of the %s is not taken for it', (_name, read) => {
  expect(read).toThrow(/no line|no listing|do not have/)
})
