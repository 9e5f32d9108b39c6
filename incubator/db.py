"""PostgreSQL: one session per write, one statement per read.

SQLAlchemy writes every SQL text. A write runs through the ORM session, begun and committed once per request by
`provide_session`. A read runs on asyncpg outside any transaction, with rows put into structs by position
(docs/decisions/0003). A select is built and compiled once per *shape*: decorate its builder with `statement`.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache, wraps
from typing import Any, ParamSpec, Protocol, TypeAlias, TypeVar

import asyncpg
import msgspec
from sqlalchemy import BindParameter, Dialect, MetaData, Select, TableValuedAlias, bindparam, event, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.expression import CompoundSelect
from sqlalchemy.types import TypeEngine

from incubator.errors import DomainError
from incubator.settings import Settings

T = TypeVar("T")
P = ParamSpec("P")

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
AnyQuery: TypeAlias = AnySelect | CompoundSelect[*tuple[Any, ...]]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SERVER_SETTINGS = {
    "application_name": "incubator",
    "timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "15s",
    "client_connection_check_interval": "500ms",
}
"""jit is off because compiling a plan costs more than any query here runs. The tables fit into memory or lie on
solid-state disks, so an index costs little more than a scan. The limits are those of the API."""

PLANNED_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"
"""A plan for any period expects few rows in it. A figure over all of them is planned for what it is asked about, which
costs a millisecond or two and saves minutes."""

CONNECT_SECONDS = 3.0
COMMAND_SECONDS = 6.0


DIALECT: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(naming_convention=NAMING)


def one_of(column: str, values: Iterable[str]) -> str:
    """The text of a CHECK that a column holds one of these codes."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


def differing(row: Base, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a row does not say already, by column: a patch that says nothing new is no change and leaves no trace."""
    return {name: value for name, value in values.items() if getattr(row, name) != value}


class Statement(msgspec.Struct, frozen=True):
    """SQL text with `$n` places, the parameter name of each place, and the values that the select itself brings."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The values by position. A parameter that nobody gave is a mistake of ours: KeyError."""
        constants = self.constants
        return [constants[name] if name in constants else values[name] for name in self.names]


def param(name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]]) -> BindParameter[Any]:
    """A place in a cached select that each request fills."""
    return bindparam(name, type_=type_, required=False)


def rows_of(name: str, columns: Mapping[str, type[TypeEngine[Any]] | TypeEngine[Any]]) -> TableValuedAlias:
    """A table inside a statement, made of one array parameter for each of its columns: see `by_column`."""
    arrays = (param(column, ARRAY(type_)) for column, type_ in columns.items())
    return func.unnest(*arrays).table_valued(*columns).render_derived(name=name)


def by_column(columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    """The arrays for `rows_of`."""
    turned = [list(values) for values in zip(*rows, strict=True)]
    return {column: turned[i] if turned else [] for i, column in enumerate(columns)}


def compile_statement(select: AnyQuery) -> Statement:
    compiled = select.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    names = tuple(compiled.positiontup or ())
    constants = {
        name: compiled.params[name] for name in names if name not in compiled.binds or compiled.binds[name].unique
    }
    return Statement(compiled.string, names, constants)


def statement(build: Callable[P, AnyQuery]) -> Callable[P, Statement]:
    """Build and compile once per combination of arguments (the shape), which must be hashable and few.

    The pages of all lists share one cache, and filters combine: 4096 statements of one or two kilobytes each.
    """

    @lru_cache(maxsize=4096)
    def cached(*args: Any, **kwargs: Any) -> Statement:
        return compile_statement(build(*args, **kwargs))

    @wraps(build)
    def shaped(*args: P.args, **kwargs: P.kwargs) -> Statement:
        return cached(*args, **kwargs)  # type: ignore[arg-type]

    return shaped


class Reads(Protocol):
    """Where a query runs: the pool (a GET) or the session of a write, which sees its own changes."""

    async def rows(
        self, query: Statement, values: Mapping[str, Any], *, seconds: float | None = None
    ) -> Sequence[Sequence[Any]]:
        """The rows as they come. `seconds` replaces the usual statement timeout (figures need longer)."""
        ...


async def fetch_all(
    reads: Reads, query: Statement, values: Mapping[str, Any], into: Callable[..., T], *, seconds: float | None = None
) -> list[T]:
    """Every row, as `into(*row)`."""
    return [into(*row) for row in await reads.rows(query, values, seconds=seconds)]


async def fetch_one(reads: Reads, query: Statement, values: Mapping[str, Any], into: Callable[..., T]) -> T:
    """The one row; none is 404, because what the select does not show is not there for this caller."""
    rows = await reads.rows(query, values)
    if not rows:
        raise DomainError("not_found")
    return into(*rows[0])


class PoolReads:
    """Reads on a connection of the pool, outside any transaction: no BEGIN, no ROLLBACK."""

    def __init__(self, pool: asyncpg.Pool, wait_seconds: float) -> None:
        self._pool = pool
        self._wait = wait_seconds

    async def rows(
        self, query: Statement, values: Mapping[str, Any], *, seconds: float | None = None
    ) -> Sequence[Sequence[Any]]:
        connection = await self._connection()
        try:
            if seconds is None:
                return await connection.fetch(query.sql, *query.arguments(values))  # type: ignore[no-any-return]
            async with connection.transaction(readonly=True):
                await connection.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}; {PLANNED_ANEW}")
                return await connection.fetch(query.sql, *query.arguments(values), timeout=seconds)  # type: ignore[no-any-return]
        finally:
            await self._pool.release(connection)

    async def _connection(self) -> asyncpg.Connection:
        """An idle one at once, without the timer of a wait; else one that another read gives back in time."""
        if self._pool.get_idle_size():
            return await self._pool.acquire()
        try:
            return await self._pool.acquire(timeout=self._wait)
        except TimeoutError as exc:
            raise DomainError("overloaded") from exc


class SessionReads:
    """The same reads inside a write: flushed changes of the session are seen."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rows(
        self, query: Statement, values: Mapping[str, Any], *, seconds: float | None = None
    ) -> Sequence[Sequence[Any]]:
        await self._session.flush()
        connection = await self._session.connection()
        result = await connection.exec_driver_sql(query.sql, tuple(query.arguments(values)))
        return result.all()


class Database:
    """The engine for writes and the pool for reads of one process."""

    def __init__(self, engine: AsyncEngine, pool: asyncpg.Pool | None, pool_wait: float) -> None:
        self.engine = engine
        self.pool = pool
        self.sessions = async_sessionmaker(engine, expire_on_commit=False)
        self.reads: Reads | None = PoolReads(pool, pool_wait) if pool is not None else None

    @classmethod
    async def open(cls, settings: Settings) -> "Database":
        assert settings.database_url is not None
        pool = await asyncpg.create_pool(
            settings.database_url,
            min_size=1,
            max_size=settings.read_pool_size,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            statement_cache_size=400,
            max_cached_statement_lifetime=0,
            server_settings=SERVER_SETTINGS,
            reset=_leave_as_is,
        )
        return cls(create_engine(settings), pool, settings.pool_wait)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any error."""
        async with self.sessions.begin() as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
        if self.pool is not None:
            await self.pool.close()


def create_engine(settings: Settings) -> AsyncEngine:
    """The engine of the writes, with every limit that keeps a cut network from hanging a request.

    asyncpg reads the address itself, so that every form that it takes (sockets, sslmode) works here too.
    """
    database_url = settings.database_url
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(
            database_url, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS, server_settings=SERVER_SETTINGS
        ),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_wait,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "handle_error", _drop_demoted_primary)
    return engine


def _drop_demoted_primary(context: ExceptionContext) -> None:
    """A server that turned read-only (25006) will refuse every later write too: leave it at once."""
    if getattr(context.original_exception, "sqlstate", None) == "25006":
        context.is_disconnect = True


async def _leave_as_is(connection: asyncpg.Connection) -> None:
    """Reads change no session state, so the usual RESET ALL, a round trip for each read, is left out."""
