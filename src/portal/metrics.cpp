#include "portal/metrics.hpp"

#include <array>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace tocsin::portal {
namespace {

constexpr std::array<const char*, 5> kStatusClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};
/// Seconds. Dense where a cached or a pooled answer lies, sparse where something is wrong.
const prometheus::Histogram::BucketBoundaries kSeconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                       0.05,   0.1,     0.25,   0.5,   1,      2.5,   10};

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
};
template <class T>
using ByName = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

struct RouteMetrics {
  std::array<prometheus::Histogram*, kStatusClasses.size()> seconds{};
  prometheus::Counter* bytes = nullptr;
};

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& seconds =
      prometheus::BuildHistogram()
          .Name("tocsin_http_request_duration_seconds")
          .Help("Time from the end of a request's header to the end of its answer, by route and class of status.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& bytes = prometheus::BuildCounter()
                                                       .Name("tocsin_http_response_bytes_total")
                                                       .Help("Bytes of answers with their headers, by route.")
                                                       .Register(registry);
  mutable std::shared_mutex mutex;
  ByName<RouteMetrics> routes;
  ByName<prometheus::Gauge*> gauges;
  ByName<prometheus::Counter*> counters;

  RouteMetrics of_route(std::string_view route) {
    {
      const std::shared_lock lock(mutex);
      if (const auto found = routes.find(route); found != routes.end()) return found->second;
    }
    const std::unique_lock lock(mutex);
    const auto [entry, fresh] = routes.try_emplace(std::string{route});
    if (fresh) {
      entry->second.bytes = &bytes.Add({{"route", entry->first}});
    }
    return entry->second;
  }
  prometheus::Histogram& histogram(const std::string& route, std::size_t status_class) {
    return seconds.Add({{"route", route}, {"status", kStatusClasses[status_class]}}, kSeconds);
  }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::observe_request(std::string_view route, int status, std::uint64_t micros, std::size_t bytes) {
  const auto status_class = static_cast<std::size_t>(std::clamp(status / 100 - 1, 0, 4));
  const auto metrics = state_->of_route(route);
  auto* histogram = metrics.seconds[status_class];
  if (histogram == nullptr) {
    const std::unique_lock lock(state_->mutex);
    histogram = &state_->histogram(std::string{route}, status_class);
    state_->routes.find(route)->second.seconds[status_class] = histogram;
  }
  histogram->Observe(static_cast<double>(micros) / 1e6);
  metrics.bytes->Increment(static_cast<double>(bytes));
}

void Metrics::set_gauge(std::string_view name, std::string_view help, double value) {
  {
    const std::shared_lock lock(state_->mutex);
    if (const auto found = state_->gauges.find(name); found != state_->gauges.end()) {
      found->second->Set(value);
      return;
    }
  }
  const std::unique_lock lock(state_->mutex);
  auto& gauge =
      prometheus::BuildGauge().Name(std::string{name}).Help(std::string{help}).Register(state_->registry).Add({});
  gauge.Set(value);
  state_->gauges.insert_or_assign(std::string{name}, &gauge);
}

void Metrics::set_counter(std::string_view name, std::string_view help, double value) {
  const std::unique_lock lock(state_->mutex);
  auto found = state_->counters.find(name);
  if (found == state_->counters.end()) {
    auto& counter =
        prometheus::BuildCounter().Name(std::string{name}).Help(std::string{help}).Register(state_->registry).Add({});
    found = state_->counters.emplace(std::string{name}, &counter).first;
  }
  // The library's counters only grow, by what is added.
  if (value > found->second->Value()) found->second->Increment(value - found->second->Value());
}

std::string Metrics::text() const { return prometheus::TextSerializer{}.Serialize(state_->registry.Collect()); }

}  // namespace tocsin::portal
