#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// What an operator watches, in Prometheus' text format. Names are stable: other people's dashboards stand on them.
namespace tocsin::portal {

class Metrics {
 public:
  Metrics();
  ~Metrics();
  void observe_request(std::string_view route, int status, std::uint64_t micros, std::size_t bytes);
  /// Set before each scrape.
  void set_gauge(std::string_view name, std::string_view help, double value);
  /// For counts that are kept elsewhere; a value below the last one is not taken.
  void set_counter(std::string_view name, std::string_view help, double value);
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::portal
