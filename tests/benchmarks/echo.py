"""Bots that only repeat what they are told, to compare with: python-telegram-bot, aiogram and aiohttp alone.

python -m tests.benchmarks.echo KIND WAY API_URL PORT     # KIND: ptb, aiogram, aiohttp; WAY: polling, webhook
"""

import asyncio
import json
import sys
from typing import Any

import aiohttp
from aiohttp import web

from tests.peers.load import TOKEN

AT_A_TIME = 256
"""Updates that a bot works on at a time."""


async def listen(handler: Any, port: str) -> None:
    """Serve a handler."""
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port)).start()


async def ptb(way: str, url: str, port: str) -> None:
    """Run python-telegram-bot as its documentation has it, with its own HTTP."""
    from telegram import Update
    from telegram.ext import ApplicationBuilder, MessageHandler, filters

    async def echo(update: Update, _context: Any) -> None:
        assert update.message
        await update.message.reply_text(update.message.text or "")

    builder = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").concurrent_updates(AT_A_TIME)
    application = builder.connection_pool_size(AT_A_TIME).pool_timeout(60).job_queue(None).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))

    async def received(request: web.BaseRequest) -> web.Response:
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return web.Response()

    async with application:
        await application.start()
        if way == "polling":
            assert application.updater
            await application.updater.start_polling()
        else:
            await listen(received, port)
            await application.bot.set_webhook(f"http://127.0.0.1:{port}/")
        await asyncio.Event().wait()


async def aiogram(way: str, url: str, port: str) -> None:
    """Run aiogram as its documentation has it."""
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import Message
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application

    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    if way == "polling":
        await dispatcher.start_polling(bot, handle_signals=False)
    application = web.Application()
    SimpleRequestHandler(dispatcher, bot).register(application, path="/")
    setup_application(application, dispatcher, bot=bot)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port)).start()
    await bot.set_webhook(f"http://127.0.0.1:{port}/")
    await asyncio.Event().wait()


async def bare(way: str, url: str, port: str) -> None:
    """Do no more than HTTP: an update in, a message out."""
    base, tasks = f"{url}/bot{TOKEN}", set[asyncio.Task[None]]()

    async with aiohttp.ClientSession() as session:

        async def call(method: str, **parameters: Any) -> Any:
            async with session.post(f"{base}/{method}", json=parameters) as response:
                return (await response.json())["result"]

        async def echo(update: Any) -> None:
            message = update["message"]
            await call("sendMessage", chat_id=message["chat"]["id"], text=message["text"])

        def begin(update: Any) -> None:
            tasks.add(task := asyncio.create_task(echo(update)))
            task.add_done_callback(tasks.discard)

        async def received(request: web.BaseRequest) -> web.Response:
            begin(json.loads(await request.read()))
            return web.Response()

        if way == "webhook":
            await listen(received, port)
            await call("setWebhook", url=f"http://127.0.0.1:{port}/")
            await asyncio.Event().wait()
        offset = 0
        while True:
            for update in await call("getUpdates", offset=offset, timeout=30):
                begin(update)
                offset = update["update_id"] + 1


if __name__ == "__main__":
    asyncio.run({"ptb": ptb, "aiogram": aiogram, "aiohttp": bare}[sys.argv[1]](*sys.argv[2:]))
