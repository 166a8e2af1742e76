// Run at configure time: exits 0 when the compiler translates coroutines rightly, else with the number of the check
// that failed. Each check is a form that g++ 12.2 compiles without a word and gets wrong.
#include <coroutine>
#include <exception>
#include <string>
#include <utility>

namespace {

template <class T>
class Task {
 public:
  struct promise_type {
    T value{};
    std::coroutine_handle<> waiting = std::noop_coroutine();
    Task get_return_object() { return Task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept {
        return h.promise().waiting;
      }
      void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    void return_value(T result) { value = std::move(result); }
    void unhandled_exception() { std::terminate(); }
  };
  explicit Task(std::coroutine_handle<promise_type> h) : handle_(h) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~Task() {
    if (handle_) handle_.destroy();
  }
  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    handle_.promise().waiting = caller;
    return handle_;
  }
  T await_resume() { return std::move(handle_.promise().value); }
  T run() {
    handle_.resume();
    return std::move(handle_.promise().value);
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

int alive = 0;
int body_runs = 0;

struct Counted {
  std::string text;
  explicit Counted(std::string t) : text(std::move(t)) { ++alive; }
  Counted(const Counted& other) : text(other.text) { ++alive; }
  Counted(Counted&& other) noexcept : text(std::move(other.text)) { ++alive; }
  ~Counted() { --alive; }
};

struct Parameters {
  Counted first;
  int second;
};

Task<bool> yes() { co_return true; }
Task<bool> no() { co_return false; }
Task<int> take(Parameters parameters) { co_return parameters.second + static_cast<int>(parameters.first.text.size()); }
template <class F>
Task<int> call(F f) {
  co_return f();
}

Task<int> condition() {
  if (co_await yes()) ++body_runs;
  co_return 0;
}
Task<int> negated() {
  if (!co_await no()) ++body_runs;
  co_return 0;
}
Task<int> chosen() {
  switch (co_await yes()) {
    case true:
      ++body_runs;
      break;
    case false:
      break;
  }
  co_return 0;
}
Task<int> aggregate() { co_return co_await take(Parameters{Counted{std::string(40, 'x')}, 2}); }
Task<int> captured(std::string text) {
  co_return co_await call([counted = Counted{text}] { return static_cast<int>(counted.text.size()); });
}

}  // namespace

int main() {
  condition().run();
  if (body_runs != 1) return 1;
  negated().run();
  if (body_runs != 2) return 2;
  chosen().run();
  if (body_runs != 3) return 3;
  if (aggregate().run() != 42 || alive != 0) return 4;
  if (captured(std::string(50, 'y')).run() != 50 || alive != 0) return 5;
  return 0;
}
