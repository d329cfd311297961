// opensslnb.hpp - the C library for C++17: owners, exceptions, and one object a connection. Header only.
//
// SPDX-License-Identifier: MIT
//
//   owners      onb::certificate, trust, config, context, machine, loop, listener free what they have, and can be moved.
//               get() gives the handle, for the functions of opensslnb.h that have no method here.
//   options     are the structs of opensslnb.h, by pointer: nullptr for the defaults.
//   exceptions  a failure of the library is thrown as onb::error. What a handler throws ends its connection, and never
//               goes through the library.
//   handlers    derive from onb::handler, one object a connection. It lives until closed() has returned.
//   connection  is a value, small as a pointer, and not an owner: copy it, and use it on any thread. When the
//               connection is gone its methods fail with ONB_E_BAD_HANDLE, and nothing worse.
#ifndef OPENSSLNB_HPP
#define OPENSSLNB_HPP

#include <opensslnb.h>

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onb {

class error : public std::runtime_error {
public:
    explicit error(onb_result result)
        : std::runtime_error(std::string(onb_result_name(result)) + ": " + onb_error_message()), result_(result) {}
    onb_result result() const noexcept { return result_; }

private:
    onb_result result_;
};

/// Throws a failure; what is worth waiting for (ONB_FULL, ONB_WANT_READ ...) comes back.
inline onb_result check(onb_result result)
{
    if (result < 0) throw error(result);
    return result;
}

/// Owns a handle. The derived classes give it a function that makes one.
template <typename T, auto Free> class owner {
public:
    T *get() const noexcept { return handle_.get(); }

protected:
    template <typename Make> explicit owner(Make make)
    {
        T *handle = nullptr;
        check(make(&handle));
        handle_.reset(handle);
    }

private:
    struct releaser {
        void operator()(T *handle) const noexcept { (void)Free(handle); }
    };
    std::unique_ptr<T, releaser> handle_;
};

/// A text as C has it, valid as long as it is. What stands before a zero would be taken for all of it.
inline const char *c_string(const std::string &text)
{
    if (text.find('\0') != std::string::npos) throw std::invalid_argument("a zero byte in a text");
    return text.c_str();
}
inline std::vector<const char *> c_strings(const std::vector<std::string> &texts)
{
    std::vector<const char *> pointers;
    for (const std::string &text : texts) pointers.push_back(c_string(text));
    return pointers;
}

// ---------------------------------------------------------------- what contexts are made of

class certificate : public owner<onb_certificate, onb_certificate_free> {
public:
    static certificate from_pem_files(const std::string &file, const std::string &key_file)
    {
        return certificate([&](onb_certificate **c) { return onb_certificate_from_pem_files(c_string(file), c_string(key_file), nullptr, c); });
    }
    static certificate self_signed(const std::vector<std::string> &names, std::int64_t lifetime_seconds)
    {
        auto texts = c_strings(names);
        return certificate([&](onb_certificate **c) { return onb_certificate_self_signed(texts.data(), texts.size(), lifetime_seconds, c); });
    }
    /// The chain, as PEM.
    std::string pem() const
    {
        std::string text;
        for (std::size_t length = 0;;) {
            onb_result result = onb_certificate_pem(get(), text.data(), &length);
            text.resize(length);
            if (result == ONB_OK) return text;
            if (result != ONB_E_BUFFER_TOO_SMALL) throw error(result);
        }
    }

private:
    using owner::owner;
};

class trust : public owner<onb_trust, onb_trust_free> {
public:
    trust() : owner(onb_trust_new) {}
    trust &add_system() { return check(onb_trust_add_system(get())), *this; }
    trust &add_pem(std::string_view pem) { return check(onb_trust_add_pem(get(), pem.data(), pem.size())), *this; }
    trust &add_pem_file(const std::string &path) { return check(onb_trust_add_pem_file(get(), c_string(path))), *this; }
};

class context;

namespace detail {

/// What callbacks of handshakes use. A configuration gives it to its contexts, and these to loops and machines, which
/// have it until their last callback. A base before the handle's, so that it goes after that; for the same reason what is
/// moved into another is swapped with it.
struct functions {
    functions() = default;
    functions(const functions &) = default;
    functions(functions &&) = default;
    functions &operator=(functions &&other) noexcept { return list.swap(other.list), *this; }
    ~functions() = default;
    std::vector<std::shared_ptr<void>> list;
};

} // namespace detail

/// Says whether to accept a peer; error == nullptr alone is a reason to.
using verifier = std::function<bool(const onb_peer &)>;
/// Chooses the context for a client's hello; nullptr keeps the one that there is. The context must live as long as the
/// connections that get it.
using selector = std::function<const context *(const onb_client_hello &)>;

/// config::client().alpn({"h2"}).build()
class config : private detail::functions, public owner<onb_config, onb_config_free> {
public:
    static config client() { return config(onb_config_new_client); }
    static config server() { return config(onb_config_new_server); }
    config &use(const onb::certificate &c) { return check(onb_config_set_certificate(get(), c.get())), *this; }
    config &use(const onb::trust &t) { return check(onb_config_set_trust(get(), t.get())), *this; }
    config &protocols(onb_protocol least, onb_protocol most) { return check(onb_config_set_protocols(get(), least, most)), *this; }
    config &alpn(const std::vector<std::string> &names)
    {
        auto texts = c_strings(names);
        return check(onb_config_set_alpn(get(), texts.data(), texts.size())), *this;
    }
    /// Called on the threads of handshakes, perhaps several at a time. An exception ends the connection.
    config &verify(verifier accept) { return check(onb_config_set_verify(get(), verify_peer, kept(std::move(accept)))), *this; }
    config &select_context(selector select) { return check(onb_config_set_select_context(get(), select_for, kept(std::move(select)))), *this; }
    inline context build() const;

private:
    friend class context;
    using owner::owner;
    template <typename Function> Function *kept(Function function)
    {
        auto made = std::make_shared<Function>(std::move(function));
        list.push_back(made);
        return made.get();
    }
    static void verify_peer(onb_question *question, const onb_peer *peer, void *user) noexcept
    {
        try {
            (void)onb_answer_verify(question, (*static_cast<verifier *>(user))(*peer));
        } catch (...) {
            (void)onb_answer_alert(question, 80); // internal_error
        }
    }
    static inline void select_for(onb_question *question, const onb_client_hello *hello, void *user) noexcept;
};

class context : private detail::functions, public owner<onb_context, onb_context_free> {
public:
    explicit context(const config &from)
        : functions(from), owner([&](onb_context **c) { return onb_context_new(from.get(), c); }) {}

private:
    friend class machine;
    friend class loop;
};

inline void config::select_for(onb_question *question, const onb_client_hello *hello, void *user) noexcept
{
    try {
        const context *chosen = (*static_cast<selector *>(user))(*hello);
        (void)onb_answer_context(question, chosen == nullptr ? nullptr : chosen->get());
    } catch (...) {
        (void)onb_answer_alert(question, 80); // internal_error
    }
}

inline context config::build() const { return context(*this); }

// ---------------------------------------------------------------- level 1

/// TLS without I/O. Methods return ONB_OK or what is wanted; see opensslnb.h for each.
class machine : private detail::functions, public owner<onb_machine, onb_machine_free> {
public:
    /// server_name is for clients; "" for servers.
    machine(const context &from, const std::string &server_name, const onb_machine_options *options = nullptr)
        : functions(from), owner([&](onb_machine **m) { return onb_machine_new(from.get(), server_name.empty() ? nullptr : c_string(server_name), options, m); }) {}
    void feed(std::string_view ciphertext) { check(onb_machine_feed(get(), ciphertext.data(), ciphertext.size())); }
    void feed_end() { check(onb_machine_feed_end(get())); }
    /// Valid until the next call.
    std::string_view output()
    {
        const void *data = nullptr;
        std::size_t length = 0;
        check(onb_machine_output(get(), &data, &length));
        return { static_cast<const char *>(data), length };
    }
    void skip_output(std::size_t count) { check(onb_machine_skip_output(get(), count)); }
    onb_result handshake() { return check(onb_machine_handshake(get())); }
    onb_result read(void *buffer, std::size_t &length) { return check(onb_machine_read(get(), buffer, &length)); }
    onb_result write(std::string_view data) { return check(onb_machine_write(get(), data.data(), data.size())); }
    onb_result flush() { return check(onb_machine_flush(get())); }
    onb_result shutdown() { return check(onb_machine_shutdown(get())); }
};

// ---------------------------------------------------------------- level 2

class connection {
public:
    explicit connection(onb_conn *handle = nullptr) noexcept : handle_(handle) {}
    /// True when all of it was queued, false when there is no room: wait for low_water. Throws when it has ended.
    bool send(std::string_view data) { return check(onb_send(handle_, data.data(), data.size())) == ONB_OK; }
    void close() { check(onb_close(handle_)); }
    void close_write() { check(onb_conn_close_write(handle_)); }
    void abort() { check(onb_conn_abort(handle_)); }
    void pause_reading() { check(onb_conn_pause_reading(handle_)); }
    void resume_reading() { check(onb_conn_resume_reading(handle_)); }
    /// On the loop's thread, after opened(); what it points to is valid until closed() has returned.
    onb_info info() const
    {
        onb_info info = ONB_INFO_INIT;
        check(onb_conn_info(handle_, &info));
        return info;
    }
    onb_conn *get() const noexcept { return handle_; }

private:
    onb_conn *handle_;
};

/// What happens on a connection, on the loop's thread.
class handler {
public:
    virtual ~handler() = default;
    virtual void opened(connection) {}
    virtual void received(connection, std::string_view data) = 0;
    virtual void peer_closed(connection from) { from.close(); }
    virtual void low_water(connection) {}
    /// The last one; the handler is deleted when it returns.
    virtual void closed(connection, const onb_outcome &) {}
    /// One of the others has thrown this. The connection is reset: closed() follows, with ONB_CLOSE_ABORTED.
    virtual void threw(std::exception_ptr) noexcept {}
};

namespace detail {

/// What callbacks of a loop may use.
struct loop_state {
    std::mutex mutex;
    std::deque<std::function<void()>> posted;
    std::set<std::shared_ptr<void>> kept;
};
struct loop_memory {
    loop_memory() = default;
    loop_memory(loop_memory &&) = default;
    loop_memory &operator=(loop_memory &&other) noexcept { return state.swap(other.state), *this; }
    ~loop_memory() = default;
    std::unique_ptr<loop_state> state = std::make_unique<loop_state>();
};

} // namespace detail

/// A loop with a thread of its own. Its memory is a base before the handle's, so that it goes after the last callback.
class loop : private detail::loop_memory, public owner<onb_loop, onb_loop_free> {
public:
    explicit loop(const onb_loop_options *options = nullptr) : owner([=](onb_loop **l) { return onb_loop_new(options, l); }) {}

    /// Runs it on the loop's thread, from any thread. It must not throw. Dropped when the loop ends first.
    void post(std::function<void()> function)
    {
        std::lock_guard<std::mutex> lock(state->mutex); // so that they are in the order of the library's posts
        state->posted.push_back(std::move(function));
        onb_result result = onb_loop_post(get(), run_posted, state.get());
        if (result != ONB_OK) state->posted.pop_back();
        check(result);
    }

    /// The handler belongs to the connection, and is deleted after closed(); at once if this throws.
    connection connect(const std::string &host, int port, const context &with, std::unique_ptr<handler> what, const onb_connect_options *options = nullptr);

    /// TLS on a socket that is connected. Whose the socket is when this throws: onb_adopt.
    connection adopt(int fd, const context &with, const std::string &server_name, std::unique_ptr<handler> what, const onb_conn_options *options = nullptr);

    /// Keeps something until the loop has ended and no callback can use it; once, however often it is told.
    void keep(std::shared_ptr<void> what)
    {
        std::lock_guard<std::mutex> lock(state->mutex);
        state->kept.insert(std::move(what));
    }
    /// The same with what the callbacks of a context use; connect, adopt and listener do it themselves.
    void keep(const context &with)
    {
        std::lock_guard<std::mutex> lock(state->mutex);
        state->kept.insert(with.list.begin(), with.list.end());
    }

protected:
    struct driven {};
    loop(driven, const onb_loop_options *options) : owner([=](onb_loop **l) { return onb_loop_new_driven(options, l); }) {}

private:
    static void run_posted(void *user) noexcept
    {
        auto *from = static_cast<detail::loop_state *>(user);
        std::unique_lock<std::mutex> lock(from->mutex);
        std::function<void()> function = std::move(from->posted.front());
        from->posted.pop_front();
        lock.unlock();
        function();
    }
};

/// A loop of the thread that makes it, which runs it, or turns it inside a loop of its own.
class driven_loop : public loop {
public:
    explicit driven_loop(const onb_loop_options *options = nullptr) : loop(driven(), options) {}
    /// Until stop(), which any thread may call.
    void run() { check(onb_loop_run(get())); }
    void stop() { check(onb_loop_stop(get())); }
    /// When this is readable, or timeout() milliseconds are over (-1: never), call turn().
    int fd() const
    {
        int fd = -1;
        check(onb_loop_fd(get(), &fd));
        return fd;
    }
    int timeout() const
    {
        int milliseconds = 0;
        check(onb_loop_timeout(get(), &milliseconds));
        return milliseconds;
    }
    /// True when there is more to do at once.
    bool turn()
    {
        int more = 0;
        check(onb_loop_turn(get(), &more));
        return more != 0;
    }
};

namespace detail {

/// Runs a callback of the handler; nothing that it throws goes further.
template <typename Call> void guarded(onb_conn *conn, void *user, Call call) noexcept
{
    auto *target = static_cast<handler *>(user);
    if (target == nullptr) return; // it was refused by the listener's factory
    try {
        call(*target, connection(conn));
    } catch (...) {
        target->threw(std::current_exception());
        (void)onb_conn_abort(conn); // may have ended already
    }
}

inline onb_callbacks callbacks() noexcept
{
    onb_callbacks table = ONB_CALLBACKS_INIT;
    table.on_opened = [](onb_conn *c, void *u) { guarded(c, u, [](handler &h, connection from) { h.opened(from); }); };
    table.on_received = [](onb_conn *c, const void *data, std::size_t length, void *u) {
        guarded(c, u, [&](handler &h, connection from) { h.received(from, { static_cast<const char *>(data), length }); });
    };
    table.on_peer_closed = [](onb_conn *c, void *u) { guarded(c, u, [](handler &h, connection from) { h.peer_closed(from); }); };
    table.on_low_water = [](onb_conn *c, void *u) { guarded(c, u, [](handler &h, connection from) { h.low_water(from); }); };
    table.on_closed = [](onb_conn *c, const onb_outcome *outcome, void *u) {
        std::unique_ptr<handler> last(static_cast<handler *>(u));
        guarded(c, u, [&](handler &h, connection from) { h.closed(from, *outcome); });
    };
    return table;
}

} // namespace detail

inline connection loop::connect(const std::string &host, int port, const context &with, std::unique_ptr<handler> what, const onb_connect_options *options)
{
    keep(with);
    onb_callbacks table = detail::callbacks();
    onb_conn *conn = nullptr;
    check(onb_connect(get(), c_string(host), port, with.get(), &table, what.get(), options, &conn));
    what.release(); // on_closed deletes it
    return connection(conn);
}

inline connection loop::adopt(int fd, const context &with, const std::string &server_name, std::unique_ptr<handler> what, const onb_conn_options *options)
{
    keep(with);
    onb_callbacks table = detail::callbacks();
    onb_conn *conn = nullptr;
    check(onb_adopt(get(), fd, with.get(), server_name.empty() ? nullptr : c_string(server_name), &table, what.get(), options, &conn));
    what.release(); // on_closed deletes it
    return connection(conn);
}

/// When it goes nobody is accepted any more; connections that live go on.
class listener : public owner<onb_listener, onb_listener_close> {
public:
    using factory = std::function<std::unique_ptr<handler>(connection)>;

    /// The factory makes the handler of each connection, on the loop's thread; nullptr refuses the connection, and so
    /// does an exception.
    listener(loop &on, const std::string &address, int port, const context &with, factory make_handler, const onb_listen_options *options = nullptr)
        : owner([&](onb_listener **made) {
              auto kept = std::make_shared<factory>(std::move(make_handler));
              on.keep(kept); // a connection may just be coming in while another thread closes the listener
              on.keep(with);
              onb_callbacks table = detail::callbacks();
              table.on_accepted = accepted;
              return onb_listen(on.get(), c_string(address), port, with.get(), &table, kept.get(), options, made);
          })
    {
    }

    int port() const
    {
        char address[ONB_ADDRESS_SIZE];
        int port = 0;
        check(onb_listener_address(get(), address, &port));
        return port;
    }

private:
    static void *accepted(onb_listener *, onb_conn *conn, void *user) noexcept
    {
        std::unique_ptr<handler> made;
        try {
            made = (*static_cast<factory *>(user))(connection(conn));
        } catch (...) {
            made = nullptr; // refused below
        }
        if (made == nullptr) (void)onb_conn_abort(conn);
        return made.release();
    }
};

} // namespace onb

#endif
