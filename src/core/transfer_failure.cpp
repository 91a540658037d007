#include "core/transfer_failure.hpp"

namespace xget::core {

FailureKind kind_of(TransferStatus status) {
  switch (status) {
    case TransferStatus::ConnectFailed:
    case TransferStatus::TimedOut: return FailureKind::Connect;
    case TransferStatus::CutShort: return FailureKind::CutShort;
    case TransferStatus::BadResponse: return FailureKind::BadResponse;
    case TransferStatus::TlsFailed: return FailureKind::Tls;
    case TransferStatus::CertificateBad: return FailureKind::Certificate;
    case TransferStatus::WrongKey: return FailureKind::WrongKey;
    case TransferStatus::ProxyFailed: return FailureKind::Proxy;
    case TransferStatus::ProxyDenied: return FailureKind::ProxyDenied;
    case TransferStatus::BodyFailed:
    case TransferStatus::Unusable: return FailureKind::Unusable;
    case TransferStatus::Ok:
    case TransferStatus::Broken:
    case TransferStatus::Cancelled: break;
  }
  return FailureKind::Broken;
}

}  // namespace xget::core
