// opensslnb.hpp - the C library for C++17: owners, exceptions, and one object a connection. Header only.
//
// SPDX-License-Identifier: MIT
//
//   owners      onb::certificate, trust, config, context, machine, loop, listener free what they have. get() gives the
//               handle, for the functions of opensslnb.h that have no method here.
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

/// The texts as C has them, valid as long as they are.
inline std::vector<const char *> c_strings(const std::vector<std::string> &texts)
{
    std::vector<const char *> pointers;
    for (const std::string &text : texts) pointers.push_back(text.c_str());
    return pointers;
}

// ---------------------------------------------------------------- what contexts are made of

class certificate : public owner<onb_certificate, onb_certificate_free> {
public:
    static certificate from_pem_files(const std::string &file, const std::string &key_file)
    {
        return certificate([&](onb_certificate **c) { return onb_certificate_from_pem_files(file.c_str(), key_file.c_str(), nullptr, c); });
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
    trust &add_pem_file(const std::string &path) { return check(onb_trust_add_pem_file(get(), path.c_str())), *this; }
};

class context;

/// config::client().alpn({"h2"}).build()
class config : public owner<onb_config, onb_config_free> {
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
    inline context build() const;

private:
    using owner::owner;
};

class context : public owner<onb_context, onb_context_free> {
public:
    explicit context(const config &from) : owner([&](onb_context **c) { return onb_context_new(from.get(), c); }) {}
};

inline context config::build() const { return context(*this); }

// ---------------------------------------------------------------- level 1

/// TLS without I/O. Methods return ONB_OK or what is wanted; see opensslnb.h for each.
class machine : public owner<onb_machine, onb_machine_free> {
public:
    /// server_name is for clients; "" for servers.
    machine(const context &from, const std::string &server_name)
        : owner([&](onb_machine **m) { return onb_machine_new(from.get(), server_name.empty() ? nullptr : server_name.c_str(), nullptr, m); }) {}
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
    std::vector<std::shared_ptr<void>> kept;
};
struct loop_memory {
    std::unique_ptr<loop_state> state = std::make_unique<loop_state>();
};

} // namespace detail

/// A loop with a thread of its own. Its memory is a base before the handle's, so that it goes after the last callback.
class loop : private detail::loop_memory, public owner<onb_loop, onb_loop_free> {
public:
    loop() : owner([](onb_loop **l) { return onb_loop_new(nullptr, l); }) {}

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
    connection connect(const std::string &host, int port, const context &with, std::unique_ptr<handler> what);

    /// Keeps something until the loop has ended and no callback can use it.
    void keep(std::shared_ptr<void> what)
    {
        std::lock_guard<std::mutex> lock(state->mutex);
        state->kept.push_back(std::move(what));
    }

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

inline connection loop::connect(const std::string &host, int port, const context &with, std::unique_ptr<handler> what)
{
    onb_callbacks table = detail::callbacks();
    onb_conn *conn = nullptr;
    check(onb_connect(get(), host.c_str(), port, with.get(), &table, what.get(), nullptr, &conn));
    what.release(); // on_closed deletes it
    return connection(conn);
}

class listener {
public:
    using factory = std::function<std::unique_ptr<handler>(connection)>;

    /// The factory makes the handler of each connection, on the loop's thread; nullptr refuses the connection, and so
    /// does an exception.
    listener(loop &on, const std::string &address, int port, const context &with, factory make_handler)
    {
        auto kept = std::make_shared<factory>(std::move(make_handler));
        on.keep(kept); // a connection may just be coming in while another thread closes the listener
        onb_callbacks table = detail::callbacks();
        table.on_accepted = accepted;
        check(onb_listen(on.get(), address.c_str(), port, with.get(), &table, kept.get(), nullptr, &handle_));
    }
    listener(const listener &) = delete;
    listener &operator=(const listener &) = delete;
    /// Nobody is accepted any more; connections that live go on.
    ~listener() { (void)onb_listener_close(handle_); }

    int port() const
    {
        char address[ONB_ADDRESS_SIZE];
        int port = 0;
        check(onb_listener_address(handle_, address, &port));
        return port;
    }
    onb_listener *get() const noexcept { return handle_; }

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
    onb_listener *handle_ = nullptr;
};

} // namespace onb

#endif
